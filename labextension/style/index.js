import './base.css';
import './limits.css';
import './examples.css';
