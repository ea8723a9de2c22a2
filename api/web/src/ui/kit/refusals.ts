// Stands between the refusals that both pages meet once something is done, and everybody who says why in words: they come with what is fetched
// right behind the first screen. Refuses to know what that is.
import { text } from "../../core/i18n";
import { refusals } from "../../../locales/en-refusals";

Object.assign(text.problems, refusals);
