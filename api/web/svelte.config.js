// Stands between the bundler and the components: the compiler's settings. Knows nothing of the application.
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default {
  preprocess: vitePreprocess(),
  compilerOptions: {
    runes: true,
    // the class that ties a component's styles to it stands at nearly every element: short
    cssHash: ({ hash, css }) => `s${hash(css).slice(0, 4)}`,
  },
};
