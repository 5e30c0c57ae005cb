//! The playground in three engines: every scene is clicked, and its outcome is the one that it is there
//! to show.

use std::time::Duration;

use cors_tests::{engines::Engine, running::Example};
use fantoccini::{Client, Locator, key::Key};
use serde_json::Value;

/// What became of a request: `readable` or `blocked`, the status, the step that stopped it, and how many
/// preflights the server saw.
type Outcome = (&'static str, &'static str, &'static str, &'static str);

const SCENES: [(&str, &[Outcome]); 9] = [
    ("simple", &[("readable", "200", "", "0")]),
    ("credentials", &[("readable", "200", "", "0")]),
    ("wrong-method", &[("blocked", "", "PreflightMethod", "1")]),
    ("refused-origin", &[("blocked", "", "Check", "0")]),
    ("sandbox", &[("blocked", "", "PreflightCheck", "1")]),
    ("readable-422", &[("readable", "422", "", "1")]),
    (
        "auth-plain-router",
        &[("blocked", "", "PreflightCheck", "1")],
    ),
    (
        "auth-cors-router",
        &[("readable", "200", "", "1"), ("readable", "401", "", "1")],
    ),
    (
        "max-age",
        &[("readable", "200", "", "1"), ("readable", "200", "", "0")],
    ),
];

async fn appears(client: &Client, selector: &str) {
    let wait = client.wait().at_most(Duration::from_secs(20));
    wait.for_element(Locator::Css(selector)).await.unwrap();
}

/// Waits until the page has drawn so many times.
async fn drawn(client: &Client, times: usize) {
    appears(client, &format!("[data-drawings='{times}']")).await;
}

/// What the page shows of each request.
async fn outcomes(client: &Client) -> Vec<[String; 4]> {
    let script = "return [...document.querySelectorAll('.sequence')].map(({ dataset: d }) => \
                  [d.outcome, d.status, d.step, d.preflights])";
    serde_json::from_value(client.execute(script, Vec::new()).await.unwrap()).unwrap()
}

async fn text(client: &Client, selector: &str) -> String {
    let element = client.find(Locator::Css(selector)).await.unwrap();
    element.text().await.unwrap()
}

async fn plays(engine: Engine) {
    let Some(session) = engine.session().await else {
        return;
    };
    let client = &session.client;
    let mut playground = Example::start("playground");
    let line = playground.lines("the playground is at", 1).remove(0);
    let url = line.rsplit(' ').next().unwrap();
    client.goto(url).await.unwrap();
    // The frames are there, and clicks are taken.
    appears(client, "[data-scene]:enabled").await;
    scenes_end_as_told(engine, client).await;
    a_request_is_sent_by_keyboard(engine, client).await;
    the_page_fits(engine, client).await;
    session.end().await;
}

#[tokio::test]
async fn chromium_plays_every_scene() {
    plays(Engine::Chromium).await;
}

#[tokio::test]
async fn firefox_plays_every_scene() {
    plays(Engine::Firefox).await;
}

#[tokio::test]
async fn webkit_plays_every_scene() {
    plays(Engine::WebKit).await;
}

/// Clicks every scene.
async fn scenes_end_as_told(engine: Engine, client: &Client) {
    let buttons = Locator::Css("[data-scene]");
    assert_eq!(client.find_all(buttons).await.unwrap().len(), SCENES.len());
    for (number, (scene, expected)) in SCENES.into_iter().enumerate() {
        let button = format!("[data-scene={scene}]");
        let button = client.find(Locator::Css(&button)).await.unwrap();
        button.click().await.unwrap();
        drawn(client, number + 1).await;
        let found = outcomes(client).await;
        assert_eq!(found.len(), expected.len(), "{engine:?} {scene}");
        for (found, (outcome, status, step, preflights)) in found.iter().zip(expected) {
            let place = format!("{engine:?} {scene}: {found:?}");
            let [told, seen, stopped, asked] = found.each_ref().map(String::as_str);
            assert_eq!((told, seen, stopped), (*outcome, *status, *step), "{place}");
            // Firefox does not always use its cache: it may ask again.
            let asks_again = engine == Engine::Firefox && scene == "max-age";
            assert!(asked == *preflights || asks_again, "{place}");
        }
    }
}

/// A request of one's own, sent by the keyboard.
async fn a_request_is_sent_by_keyboard(engine: Engine, client: &Client) {
    let method = client
        .find(Locator::Css("input[name=method]"))
        .await
        .unwrap();
    method.clear().await.unwrap();
    method.send_keys("PATCH").await.unwrap();
    let send = client.find(Locator::Css("form button")).await.unwrap();
    send.send_keys(&Key::Return.to_string()).await.unwrap();
    drawn(client, SCENES.len() + 1).await;
    let found = outcomes(client).await;
    let [outcome] = found.as_slice() else {
        panic!("{engine:?}: {found:?}")
    };
    assert_eq!(
        outcome[..3],
        ["blocked", "", "PreflightMethod"],
        "{engine:?}"
    );
    let told = text(client, ".stop").await;
    assert!(
        told.contains("does not allow the method"),
        "{engine:?}: {told}"
    );
}

/// The page shows the policies that the handlers have, and fits a narrow window.
async fn the_page_fits(engine: Engine, client: &Client) {
    for width in [1280, 390] {
        client.set_window_size(width, 900).await.unwrap();
        let script = "return document.documentElement.scrollWidth <= innerWidth";
        let fits = client.execute(script, Vec::new()).await.unwrap();
        assert_eq!(fits, Value::Bool(true), "{engine:?} at {width} pixels");
    }
    let policies = client.find(Locator::Css("#endpoints")).await.unwrap();
    let policies = policies.html(true).await.unwrap();
    for policy in [
        "policy!(\n    methods = \"GET, POST, PUT\",\n    debug_max_age = 1,\n)",
        "policy!(\n    methods = \"PUT\",\n    max_age = 60,\n)",
    ] {
        assert!(policies.contains(policy), "{engine:?}: {policies}");
    }
}
