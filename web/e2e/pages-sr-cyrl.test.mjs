import { walk } from "./support/walk.mjs";

walk("sr-Cyrl", "phone");
