import './base.css';
import './limits.css';
