//! The browser engines of the system, driven through WebDriver.

use std::{
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::programs;

/// A browser engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium's.
    Chromium,
    /// Firefox's.
    Firefox,
    /// Safari's, in WebKitGTK.
    WebKit,
}

impl Engine {
    /// Its name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// The programs that it takes.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => &["chromium", "chromedriver"],
            Self::Firefox => &["firefox-esr", "geckodriver"],
            Self::WebKit => &["WebKitWebDriver", "xvfb-run", "xauth"],
        }
    }

    /// A browser without a past; `None` where the system has not got one, which is said on the
    /// terminal.
    ///
    /// # Panics
    ///
    /// Where the driver does not start, and where [`programs::available`] does.
    pub async fn session(self) -> Option<Session> {
        if !self.programs().iter().all(|name| programs::available(name)) {
            return None;
        }
        let profile = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let mut driver = self.driver(port);
        let driver = driver
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let driver = Driver(driver.spawn().expect("the driver starts"));
        let Value::Object(capabilities) = self.capabilities(&profile) else {
            unreachable!("an object")
        };
        let mut last = None;
        for _ in 0..300 {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities.clone());
            match builder.connect(&format!("http://127.0.0.1:{port}")).await {
                Ok(client) => {
                    return Some(Session {
                        client,
                        driver,
                        profile,
                    });
                }
                Err(error) => last = Some(error),
            }
            sleep(Duration::from_millis(100)).await;
        }
        panic!("no session with the driver: {last:?}");
    }

    fn driver(self, port: u16) -> Command {
        match self {
            Self::Chromium => {
                let mut driver = Command::new("chromedriver");
                driver.arg(format!("--port={port}"));
                driver
            }
            Self::Firefox => {
                let mut driver = Command::new("geckodriver");
                let socket = free_port().to_string();
                driver.args(["--port", &port.to_string(), "--websocket-port", &socket]);
                driver
            }
            Self::WebKit => {
                let mut driver = Command::new("xvfb-run");
                driver
                    .args(["-a", "WebKitWebDriver", &format!("--port={port}")])
                    .env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1")
                    .env("LIBGL_ALWAYS_SOFTWARE", "1");
                driver
            }
        }
    }

    fn capabilities(self, profile: &TempDir) -> Value {
        match self {
            Self::Chromium => {
                let arguments = [
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    &format!("--user-data-dir={}", profile.path().display()),
                ];
                json!({ "acceptInsecureCerts": true, "goog:chromeOptions": { "args": arguments, "binary": "/usr/bin/chromium" } })
            }
            Self::Firefox => {
                json!({ "acceptInsecureCerts": true, "moz:firefoxOptions": { "args": ["-headless"], "binary": "/usr/bin/firefox-esr" } })
            }
            Self::WebKit => {
                let browser = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
                json!({ "acceptInsecureCerts": true, "webkitgtk:browserOptions": { "binary": browser, "args": ["--automation"] } })
            }
        }
    }
}

/// A browser that is driven, until it is dropped.
#[derive(Debug)]
pub struct Session {
    /// What drives it.
    pub client: Client,
    driver: Driver,
    profile: TempDir,
}

impl Session {
    /// Ends the browser in good order, before its driver and its profile.
    ///
    /// # Panics
    ///
    /// Where the browser has gone before.
    pub async fn end(self) {
        let Self {
            client,
            driver,
            profile,
        } = self;
        client.close().await.expect("the browser is there");
        drop(driver);
        drop(profile);
    }
}

/// A WebDriver of the system, ended when it is dropped.
#[derive(Debug)]
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // Its own group: browsers that it has started end with it.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
