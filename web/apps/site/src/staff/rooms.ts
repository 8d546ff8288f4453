/** The staff rooms, and who works in each. The API decides; this only keeps people from closed doors. */
export const rooms = [
  { id: "dashboard", path: "/staff", roles: null },
  { id: "queue", path: "/staff/queue", roles: ["moderator"] },
  { id: "reports", path: "/staff/reports", roles: ["moderator"] },
  { id: "appeals", path: "/staff/appeals", roles: ["moderator"] },
  { id: "audit", path: "/staff/audit", roles: ["moderator"] },
  { id: "categories", path: "/staff/categories", roles: ["operator"] },
  { id: "rate", path: "/staff/rate", roles: ["operator"] },
  { id: "people", path: "/staff/people", roles: ["support", "operator"] },
  { id: "clients", path: "/staff/clients", roles: ["operator"] },
  { id: "keys", path: "/staff/keys", roles: ["operator"] },
] as const;

export type Room = (typeof rooms)[number]["id"];
const STAFF = ["support", "moderator", "operator"] as const;

export const worksHere = (roles: string[]) => STAFF.some((role) => roles.includes(role));

export const roomsOf = (roles: string[]) =>
  rooms.filter(({ roles: workers }) => (workers ? workers.some((one) => roles.includes(one)) : worksHere(roles)));
