import { walk } from "./support/walk.mjs";

walk("en", "desktop");
