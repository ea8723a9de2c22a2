// Stands at the start of the staff page: language, the root component, the service worker. Refuses to know screens.
import { mount } from "svelte";
import { chooseLanguage, language } from "./core/i18n";
import "./styles/tokens.css";
import "./styles/base.css";
import App from "./ui/staff/App.svelte";
import { registerWorker } from "./ui/kit/line";
import { begin } from "./ui/sign-in";
import { fetchFirst } from "./ui/staff/parts";
import { router } from "./vm/route.svelte";

await chooseLanguage(navigator.languages);
document.documentElement.lang = language;
const target = document.getElementById("app");
if (target !== null) mount(App, { target });
begin();
fetchFirst(router.now);
registerWorker("/sw.js", "/");
