import { walk } from "./support/walk.mjs";

walk("sr-Latn", "desktop");
