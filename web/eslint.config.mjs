import js from "@eslint/js";
import globals from "globals";
import typescript from "typescript-eslint";

export default typescript.config(
  {
    ignores: [
      "**/.next/**",
      "**/node_modules/**",
      "**/generated/**",
      "**/schema.d.ts",
      "**/next-env.d.ts",
      "apps/site/public/**",
    ],
  },
  js.configs.recommended,
  ...typescript.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "The environment is read in src/env.ts only." },
      ],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
    },
  },
  {
    files: ["apps/site/src/env.ts", "e2e/**", "matrix/**", "examples/**", "**/scripts/**"],
    rules: { "no-restricted-properties": "off" },
  },
);
