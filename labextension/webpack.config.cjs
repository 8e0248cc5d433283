// Only the polar stereographic part of proj4 goes into the bundle: a tenth of its weight.
const path = require('node:path');

module.exports = {
  resolve: { alias: { proj4$: path.join(__dirname, 'scripts', 'proj4-polar.js') } }
};
