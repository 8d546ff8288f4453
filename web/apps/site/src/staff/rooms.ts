/** The staff rooms, and who works in each. The API decides; this only keeps people from closed doors. */
export const rooms = [
  { id: "dashboard", path: "/staff", role: null },
  { id: "queue", path: "/staff/queue", role: "moderator" },
  { id: "reports", path: "/staff/reports", role: "moderator" },
  { id: "appeals", path: "/staff/appeals", role: "moderator" },
  { id: "audit", path: "/staff/audit", role: "moderator" },
  { id: "categories", path: "/staff/categories", role: "operator" },
  { id: "rate", path: "/staff/rate", role: "operator" },
] as const;

export type Room = (typeof rooms)[number]["id"];
export const STAFF = ["moderator", "operator"] as const;

export const roomsOf = (roles: string[]) =>
  rooms.filter(({ role }) => (role === null ? STAFF.some((one) => roles.includes(one)) : roles.includes(role)));
