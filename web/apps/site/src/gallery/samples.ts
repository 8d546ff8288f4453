export const cyrillic = "Бицикл Каприоло, 26 цола, полован, у одличном стању";
export const latin = "Šporet na drva „Alfa“, malo korišćen, sa originalnom dokumentacijom i garancijom";
export const long = "Najduži naslov koji staje u dva reda, a ostatak se seče na kraju drugog reda bez skakanja kartice";
