//! The queue in figures: of what one may know of, and of nothing else.

use serde_json::{Value, json};

use crate::patients::thread_of;
use crate::support::clinic::Clinic;
use crate::support::person::Person;

fn figures(who: &Person) -> Value {
    who.get("/v1/overview").expect(200)
}

fn sum(figures: &Value, list: &str, of: &str) -> Value {
    let all = figures[list].as_array().unwrap().iter();
    json!(all.map(|each| each[of].as_u64().unwrap()).sum::<u64>())
}

#[test]
fn what_waits_is_counted_for_who_may_know_of_it() {
    let clinic = Clinic::demo();
    let [rosa, okafor, garcia, teo, adeyemi] = clinic.people(["rosa", "okafor", "garcia", "teo", "adeyemi"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let total = |who: &Person| who.get("/v1/queue?limit=1").expect(200)["total"].clone();
    for who in [&rosa, &okafor] {
        let all = figures(who);
        assert_eq!(all["open"], total(who), "as many as the pages have");
        assert_eq!(sum(&all, "parties", "open"), all["open"]);
        assert_eq!(sum(&all, "ages", "waiting"), all["waiting"]);
    }
    // What is asked waits, and a reply to it is one more first reply.
    okafor.say(&thread, "We are here.");
    let before = figures(&okafor);
    garcia.say(&thread, "Is that normal?");
    garcia.say(&thread, "Hello?");
    let waiting = figures(&okafor);
    let count = |figures: &Value, of: &str| figures[of].as_u64().unwrap();
    assert_eq!(count(&waiting, "waiting"), count(&before, "waiting") + 1);
    okafor.say(&thread, "It is.");
    okafor.say(&thread, "Come in tomorrow.");
    let after = figures(&okafor);
    assert_eq!(count(&after, "waiting"), count(&before, "waiting"));
    let replies = |figures: &Value| figures["first_replies"]["count"].as_u64().unwrap();
    assert_eq!(replies(&after), replies(&before) + 1);
    // Administrators are shown what is late in the clinic, and their other figures stay within what they may know of.
    let clinics = figures(&teo);
    assert_eq!((&clinics["open"], &clinics["late"]), (&json!(0), &json!([])));
    assert_eq!(after["late"], json!([]));
    adeyemi.get("/v1/overview").refused(403, "forbidden");
    garcia.get("/v1/overview").refused(403, "forbidden");
}
