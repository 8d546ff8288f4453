//! Cars that Serbia drives: which years, engines and prices go together.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

pub(crate) struct Car {
    pub make: &'static str,
    pub model: &'static str,
    pub name: &'static str,
    pub body: &'static str,
    years: (i64, i64),
    /// Name, cm³, kW, fuel.
    engines: &'static [(&'static str, i64, i64, &'static str)],
    /// Price in EUR when it was new.
    new_eur: i64,
}

pub(crate) struct Found {
    pub car: &'static Car,
    pub engine: (&'static str, i64, i64, &'static str),
    pub year: i64,
    pub mileage_km: i64,
    pub price_eur: i64,
}

const VAG: &[(&str, i64, i64, &str)] =
    &[("1.6 TDI", 1598, 77, "diesel"), ("2.0 TDI", 1968, 110, "diesel"), ("1.4 TSI", 1395, 92, "petrol")];
const OLD_VAG: &[(&str, i64, i64, &str)] =
    &[("1.9 TDI", 1896, 77, "diesel"), ("1.6", 1595, 75, "petrol-lpg"), ("2.0 TDI", 1968, 103, "diesel")];
const FIAT: &[(&str, i64, i64, &str)] =
    &[("1.2 8v", 1242, 44, "petrol"), ("1.3 MultiJet", 1248, 55, "diesel"), ("1.4", 1368, 57, "petrol-lpg")];
const FRENCH: &[(&str, i64, i64, &str)] =
    &[("1.5 dCi", 1461, 66, "diesel"), ("1.2 16v", 1149, 55, "petrol"), ("1.6", 1598, 82, "petrol-lpg")];
const PSA: &[(&str, i64, i64, &str)] =
    &[("1.6 HDi", 1560, 80, "diesel"), ("1.2 PureTech", 1199, 81, "petrol"), ("1.4", 1360, 54, "petrol")];
const OPEL: &[(&str, i64, i64, &str)] =
    &[("1.7 CDTI", 1686, 81, "diesel"), ("1.4 Turbo", 1364, 88, "petrol"), ("1.6 16v", 1598, 77, "petrol-lpg")];
const BMW: &[(&str, i64, i64, &str)] = &[("2.0d", 1995, 130, "diesel"), ("3.0d", 2993, 180, "diesel")];
const MB: &[(&str, i64, i64, &str)] = &[("2.2 CDI", 2143, 125, "diesel"), ("1.8 Kompressor", 1796, 115, "petrol")];
const TOYOTA: &[(&str, i64, i64, &str)] =
    &[("1.33 VVT-i", 1329, 73, "petrol"), ("1.4 D-4D", 1364, 66, "diesel"), ("1.8 Hybrid", 1798, 73, "hybrid-petrol")];
const FORD: &[(&str, i64, i64, &str)] = &[("1.6 TDCi", 1560, 80, "diesel"), ("1.0 EcoBoost", 998, 74, "petrol")];
const YUGO: &[(&str, i64, i64, &str)] = &[("1.1", 1116, 40, "petrol"), ("0.9", 903, 33, "petrol")];
const KOREA: &[(&str, i64, i64, &str)] = &[("1.6 CRDi", 1582, 94, "diesel"), ("1.4 CVVT", 1396, 73, "petrol")];
const TESLA: &[(&str, i64, i64, &str)] = &[("Long Range", 30, 250, "electric")];

const fn car(
    make: &'static str,
    model: &'static str,
    name: &'static str,
    body: &'static str,
    years: (i64, i64),
    engines: &'static [(&'static str, i64, i64, &'static str)],
    new_eur: i64,
) -> Car {
    Car { make, model, name, body, years, engines, new_eur }
}

const CARS: &[Car] = &[
    car("volkswagen", "golf-7", "Volkswagen Golf 7", "hatchback", (2013, 2019), VAG, 22_000),
    car("volkswagen", "golf-6", "Volkswagen Golf 6", "hatchback", (2008, 2012), OLD_VAG, 19_000),
    car("volkswagen", "golf-5", "Volkswagen Golf 5", "hatchback", (2004, 2008), OLD_VAG, 18_000),
    car("volkswagen", "passat-b8", "Volkswagen Passat B8", "estate", (2015, 2022), VAG, 31_000),
    car("volkswagen", "polo", "Volkswagen Polo", "hatchback", (2006, 2020), VAG, 15_000),
    car("volkswagen", "tiguan", "Volkswagen Tiguan", "suv", (2009, 2022), VAG, 32_000),
    car("skoda", "octavia", "Škoda Octavia", "estate", (2006, 2022), VAG, 22_000),
    car("skoda", "fabia", "Škoda Fabia", "hatchback", (2005, 2021), OLD_VAG, 14_000),
    car("skoda", "superb", "Škoda Superb", "saloon", (2010, 2022), VAG, 30_000),
    car("audi", "a4", "Audi A4", "saloon", (2005, 2020), VAG, 34_000),
    car("audi", "a3", "Audi A3", "hatchback", (2005, 2020), VAG, 28_000),
    car("bmw", "320", "BMW 320", "saloon", (2006, 2020), BMW, 38_000),
    car("bmw", "x3", "BMW X3", "suv", (2008, 2020), BMW, 46_000),
    car("mercedes-benz", "c-220", "Mercedes-Benz C 220", "saloon", (2006, 2020), MB, 40_000),
    car("mercedes-benz", "a-180", "Mercedes-Benz A 180", "hatchback", (2009, 2020), MB, 27_000),
    car("fiat", "punto", "Fiat Punto", "hatchback", (2003, 2016), FIAT, 11_000),
    car("fiat", "500l", "Fiat 500L", "mpv", (2012, 2021), FIAT, 16_500),
    car("fiat", "stilo", "Fiat Stilo", "hatchback", (2002, 2007), FIAT, 14_000),
    car("fiat", "panda", "Fiat Panda", "hatchback", (2005, 2020), FIAT, 11_000),
    car("fiat", "tipo", "Fiat Tipo", "saloon", (2016, 2022), FIAT, 15_000),
    car("renault", "clio", "Renault Clio", "hatchback", (2004, 2021), FRENCH, 14_000),
    car("renault", "megane", "Renault Megane", "estate", (2005, 2020), FRENCH, 19_000),
    car("dacia", "duster", "Dacia Duster", "suv", (2011, 2022), FRENCH, 17_000),
    car("dacia", "sandero", "Dacia Sandero", "hatchback", (2009, 2022), FRENCH, 11_000),
    car("peugeot", "308", "Peugeot 308", "hatchback", (2008, 2021), PSA, 20_000),
    car("peugeot", "206", "Peugeot 206", "hatchback", (2001, 2009), PSA, 11_000),
    car("citroen", "c3", "Citroën C3", "hatchback", (2003, 2021), PSA, 14_000),
    car("citroen", "c4", "Citroën C4", "hatchback", (2005, 2018), PSA, 19_000),
    car("opel", "astra-h", "Opel Astra H", "hatchback", (2004, 2010), OPEL, 17_000),
    car("opel", "astra-j", "Opel Astra J", "hatchback", (2010, 2015), OPEL, 19_000),
    car("opel", "corsa-d", "Opel Corsa D", "hatchback", (2006, 2014), OPEL, 13_000),
    car("opel", "insignia", "Opel Insignia", "saloon", (2009, 2020), OPEL, 27_000),
    car("ford", "focus", "Ford Focus", "hatchback", (2005, 2021), FORD, 19_000),
    car("ford", "fiesta", "Ford Fiesta", "hatchback", (2006, 2020), FORD, 14_000),
    car("toyota", "yaris", "Toyota Yaris", "hatchback", (2005, 2022), TOYOTA, 15_000),
    car("toyota", "auris", "Toyota Auris", "hatchback", (2008, 2018), TOYOTA, 20_000),
    car("hyundai", "i30", "Hyundai i30", "hatchback", (2008, 2021), KOREA, 18_000),
    car("kia", "sportage", "Kia Sportage", "suv", (2010, 2022), KOREA, 26_000),
    car("tesla", "model-3", "Tesla Model 3", "saloon", (2020, 2024), TESLA, 45_000),
    car("zastava", "101", "Zastava 101", "hatchback", (1978, 2008), YUGO, 4_500),
    car("yugo", "koral", "Yugo Koral", "hatchback", (1990, 2008), YUGO, 4_200),
];

pub(crate) fn find(rng: &mut ChaCha8Rng, this_year: i64) -> Found {
    let car = &CARS[rng.random_range(0..CARS.len())];
    let engine = car.engines[rng.random_range(0..car.engines.len())];
    let year = rng.random_range(car.years.0..=car.years.1.min(this_year));
    let age = (this_year - year).max(0);
    let mileage_km = ((age + 1) * rng.random_range(9_000..19_000)).min(340_000) / 500 * 500 + rng.random_range(0..500);
    // A tenth lost each year, and a floor that a car in running order keeps.
    let kept = (0..age).fold(car.new_eur * 82 / 100, |price, _| price * 885 / 1000);
    let price = kept.max(500) * rng.random_range(85..116) / 100;
    Found { car, engine, year, mileage_km, price_eur: price / 50 * 50 }
}
