import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Processes, not threads: some tests change the working folder or load the native addon.
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
