// Stands between the refusals that only the staff meet and everybody who says why in words: they are known once a part has come in which
// something can be refused. Refuses to know which part.
import { text } from "../../core/i18n";
import "../kit/refusals";
import { refusals } from "../../../locales/en-staff-refusals";

Object.assign(text.problems, refusals);
