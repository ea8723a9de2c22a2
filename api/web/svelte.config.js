// Stands between the bundler and the components: the compiler's settings. Knows nothing of the application.
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
};
