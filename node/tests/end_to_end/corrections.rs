//! Corrections by administrators: who somebody is, what a site is called, where the clinic's charts are found.

use serde_json::{Value, json};

use crate::support::auditor::Auditor;
use crate::support::clinic::{Clinic, password_of};
use crate::support::new_command_id;
use crate::support::person::try_sign_in;
use crate::support::socket::Socket;

#[test]
fn a_new_name_stands_everywhere_and_a_new_login_opens_the_door() {
    let clinic = Clinic::demo();
    let [teo, okafor, jonas, rosa] = clinic.people(["teo", "okafor", "jonas", "rosa"]);
    let mut auditor = Auditor::new(&clinic);
    let room = okafor.begin_group("Rounds", &[&jonas]);
    jonas.say(&room, "By my old name");
    let author = || okafor.history(&room).last().unwrap()["actor"].clone();
    let before = author();
    auditor.lines();
    let path = format!("/v1/people/{}", jonas.id);
    let corrected = json!({ "name": "Jonas Winter", "title": "RN", "login": "Winter" });
    rosa.patch(&path, &corrected).refused(403, "forbidden");
    teo.patch(&path, &json!({ "login": "rosa" }))
        .refused(409, "login_taken");
    teo.patch(&path, &json!({ "name": "Jonas", "state": "suspended" }))
        .refused(422, "invalid");
    teo.patch(&path, &json!({ "mrn": "MRN-1" })).refused(422, "invalid");
    let mut screen = Socket::connect(&okafor, None);
    auditor.lines();
    teo.patch(&path, &corrected).expect(200);
    assert_eq!(
        auditor.one("profile_changed", "accepted")["subject"]["id"],
        json!(jonas.id)
    );
    teo.patch(&path, &corrected).refused(409, "nothing_to_do");
    jonas.say(&room, "By my new one");
    let told = screen.expect(|frame| frame["event"]["body"] == "By my new one");
    for author in [&told["actor"], &author()] {
        assert_eq!(
            (&author["name"], &author["title"]),
            (&json!("Jonas Winter"), &json!("RN"))
        );
        assert_ne!(*author, before);
    }
    let address = clinic.node.address;
    try_sign_in(address, "jonas", password_of("jonas"), "old").refused(401, "sign_in_failed");
    try_sign_in(address, "winter", password_of("jonas"), "new").expect(200);
}

#[test]
fn a_patient_who_could_not_sign_in_gets_a_login_and_then_a_password() {
    let clinic = Clinic::demo();
    let teo = clinic.person("teo");
    let sites = teo.get("/v1/sites").expect(200)["sites"].clone();
    let patient = json!({ "kind": "patient", "name": "Ana Reyes", "mrn": "MRN-77001", "birth_date": "1990-02-01" });
    let id = teo.post("/v1/people", &patient).expect(201)["person_id"].clone();
    let path = format!("/v1/people/{}", id.as_str().unwrap());
    let password = "five unrelated words of ana";
    teo.patch(&path, &json!({ "password": password }))
        .refused(422, "invalid");
    teo.patch(
        &path,
        &json!({ "login": "ana", "mrn": "MRN-77002", "site_ids": [sites[0]["id"]] }),
    )
    .expect(200);
    teo.patch(&path, &json!({ "password": password })).expect(200);
    let me = try_sign_in(clinic.node.address, "ana", password, "phone").expect(200)["person"].clone();
    assert_eq!(me["patient"]["mrn"], "MRN-77002");
    assert_eq!(
        (&me["site_ids"], &me["state"]),
        (&json!([sites[0]["id"]]), &json!("active"))
    );
}

#[test]
fn sites_are_renamed_and_charts_are_found() {
    let clinic = Clinic::demo();
    let [teo, okafor, rosa, garcia] = clinic.people(["teo", "okafor", "rosa", "garcia"]);
    let sites = teo.get("/v1/sites").expect(200)["sites"].clone();
    let path = format!("/v1/sites/{}", sites[0]["id"].as_str().unwrap());
    let rename = |who: &crate::support::person::Person, name: &str| who.patch(&path, &json!({ "name": name }));
    rename(&rosa, "Harbor").refused(403, "forbidden");
    rename(&teo, "Harbor").expect(200);
    rename(&teo, "Harbor").refused(409, "nothing_to_do");
    rename(&teo, " ").refused(422, "invalid");
    let names = |sites: &Value| {
        sites
            .as_array()
            .unwrap()
            .iter()
            .map(|site| site["name"].clone())
            .collect::<Vec<_>>()
    };
    assert!(names(&rosa.get("/v1/sites").expect(200)["sites"]).contains(&json!("Harbor")));
    let unknown = format!("/v1/sites/site_{}", "0".repeat(26));
    teo.patch(&unknown, &json!({ "name": "Nowhere" }))
        .refused(404, "not_found");

    let set = |who: &crate::support::person::Person, url: &str| {
        who.command("PUT", "/v1/chart-link", &json!({ "url": url }), &new_command_id())
    };
    let url = "https://ehr.example/chart?mrn={mrn}";
    let seen = |who: &crate::support::person::Person| who.get("/v1/settings").expect(200).get("chart_url").cloned();
    assert_eq!(seen(&okafor), None);
    set(&okafor, url).refused(403, "forbidden");
    set(&teo, "http://ehr.example/{mrn}").refused(422, "invalid");
    let mut screen = Socket::connect(&okafor, None);
    set(&teo, url).expect(200);
    screen.expect(|frame| frame["type"] == "settings_changed");
    assert_eq!((seen(&okafor), seen(&garcia)), (Some(json!(url)), None));
    set(&teo, "").expect(200);
    assert_eq!(seen(&okafor), None);
}
