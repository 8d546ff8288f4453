import { walk } from "./support/walk.mjs";

walk("ru", "phone");
