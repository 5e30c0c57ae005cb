//! The playground in three engines: every scene is clicked, and its outcome is the one that it is there
//! to show.

use std::time::Duration;

use cors_tests::{Server, engines::Engine, running::Example};
use fantoccini::{Client, Locator, key::Key};
use serde_json::json;

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

/// The playground, until it is dropped, and the address that it prints.
fn start() -> (Example, String) {
    let mut playground = Example::start("playground");
    let url = playground.address("the playground is at");
    (playground, url)
}

async fn plays(engine: Engine) {
    let Some(session) = engine.session().await else {
        return;
    };
    let client = &session.client;
    let (_playground, url) = start();
    client.goto(&url).await.unwrap();
    // The frames are there, and clicks are taken.
    appears(client, "[data-scene]:enabled").await;
    scenes_end_as_told(engine, client).await;
    a_cookie_comes_along(engine, client, SCENES.len() + 2).await;
    a_request_is_sent_by_keyboard(engine, client, SCENES.len() + 3).await;
    a_policy_is_written_and_tried(engine, client, SCENES.len() + 4).await;
    the_page_fits(engine, client).await;
    session.end().await;
}

#[tokio::test]
async fn the_frames_serve_the_playgrounds_own_page_and_no_other() {
    let (_playground, url) = start();
    let (_, port) = url.rsplit_once(':').unwrap();
    let server = Server::at(format!("127.0.0.1:{port}").parse().unwrap());
    let frame = server.ask("GET", "/frame", &[]).await;
    let policy = frame.headers()["content-security-policy"].to_str().unwrap();
    assert_eq!(policy, format!("frame-ancestors {url}"));
    let source = String::from_utf8(frame.body().to_vec()).unwrap();
    assert!(source.contains(&format!("origin === '{url}' && source === parent")));
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
        // The first scene is played when the page is there.
        drawn(client, number + 2).await;
        let found = outcomes(client).await;
        assert_eq!(found.len(), expected.len(), "{engine:?} {scene}");
        for (found, (outcome, status, step, preflights)) in found.iter().zip(expected) {
            let place = format!("{engine:?} {scene}: {found:?}");
            let [told, seen, stopped, asked] = found.each_ref().map(String::as_str);
            assert_eq!((told, seen, stopped), (*outcome, *status, *step), "{place}");
            // Firefox does not always use its cache: it may ask again.
            let asks_again = engine == Engine::Firefox && *preflights == "0" && scene == "max-age";
            assert!(asked == *preflights || asks_again, "{place}");
        }
    }
}

/// The cookie that the first visit has set goes along with the second.
async fn a_cookie_comes_along(engine: Engine, client: &Client, drawings: usize) {
    let scene = Locator::Css("[data-scene=credentials]");
    client.find(scene).await.unwrap().click().await.unwrap();
    drawn(client, drawings).await;
    let sequence = text(client, ".sequence").await;
    assert!(sequence.contains("visit 2"), "{engine:?}: {sequence}");
}

/// A request of one's own, sent by the keyboard.
async fn a_request_is_sent_by_keyboard(engine: Engine, client: &Client, drawings: usize) {
    let method = client
        .find(Locator::Css("#request input[name=method]"))
        .await
        .unwrap();
    method.clear().await.unwrap();
    method.send_keys("PATCH").await.unwrap();
    let send = client
        .find(Locator::Css("#request > button"))
        .await
        .unwrap();
    send.send_keys(&Key::Return.to_string()).await.unwrap();
    drawn(client, drawings).await;
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
        told.contains("it has to list `PATCH`") && told.contains("console says"),
        "{engine:?}: {told}"
    );
    let guilty = text(client, "dt.guilty").await;
    assert_eq!(guilty, "access-control-allow-methods", "{engine:?}");
}

/// A mistake gets the compiler's words; a policy without one gets its line, and is tried.
async fn a_policy_is_written_and_tried(engine: Engine, client: &Client, drawings: usize) {
    let origins = Locator::Css("#policy [name=origins]");
    let origins = client.find(origins).await.unwrap();
    let button = client.find(Locator::Css("#policy > button")).await.unwrap();
    origins.send_keys("https://app.example.com/").await.unwrap();
    button.click().await.unwrap();
    appears(client, "#judged .problem").await;
    let told = text(client, "#judged").await;
    assert!(
        told.contains("write `https://app.example.com`"),
        "{engine:?}: {told}"
    );

    origins.clear().await.unwrap();
    origins.send_keys("http://localhost:*").await.unwrap();
    button.click().await.unwrap();
    drawn(client, drawings).await;
    let line = text(client, "#judged pre").await;
    assert_eq!(
        line, "#[cors(methods = \"GET, POST\", origins = \"http://localhost:*\")]",
        "{engine:?}"
    );
    let found = outcomes(client).await;
    assert_eq!(found[0][..2], ["readable", "200"], "{engine:?}");
}

/// The page shows the policies that the handlers have, and fits a narrow window.
async fn the_page_fits(engine: Engine, client: &Client) {
    // No window is as narrow as a telephone, but a frame can be.
    let script = "const [width, done] = arguments; \
        const frame = Object.assign(document.createElement('iframe'), { src: '/', height: 900, width }); \
        frame.onload = () => setTimeout(() => { \
            const { scrollWidth, clientWidth } = frame.contentDocument.documentElement; \
            frame.remove(); \
            done([scrollWidth, clientWidth]); \
        }, 500); \
        document.body.append(frame);";
    for width in [1280, 390] {
        let measured = client.execute_async(script, vec![json!(width)]).await;
        let [scrolls, shows]: [u32; 2] = serde_json::from_value(measured.unwrap()).unwrap();
        assert!(
            shows <= width && scrolls <= shows,
            "{engine:?}: {scrolls} of {shows} in {width}"
        );
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
