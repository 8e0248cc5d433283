// proj4 with one projection. In the bundle this stands in for `proj4`; tests run with the whole of it.
import proj4 from 'proj4/lib/core.js';
import defs from 'proj4/lib/defs.js';
import Proj from 'proj4/lib/Proj.js';
import stere from 'proj4/lib/projections/stere.js';

Proj.projections.add(stere);
export default Object.assign(proj4, { defs });
