// Stands at the start of the patient page: language, the root component, its own service worker. Refuses to know screens.
import { mount } from "svelte";
import { chooseLanguage, language } from "./core/i18n";
import "./styles/tokens.css";
import "./styles/base.css";
import App from "./ui/patient/App.svelte";
import { registerWorker } from "./ui/kit/line";
import { begin } from "./ui/sign-in";

await chooseLanguage(navigator.languages);
document.documentElement.lang = language;
const target = document.getElementById("app");
// what the page says by itself stays until the first screen takes its place
target?.replaceChildren();
if (target !== null) mount(App, { target });
begin();
registerWorker("/p/sw.js", "/p/");
