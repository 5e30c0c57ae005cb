//! In an editor: what rust-analyzer says of handlers in `routes!` and of the arguments of `#[cors]` and
//! `policy!`, asked over the language server's protocol.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use cors_tests::programs;
use serde_json::{Value, json};
use tempfile::TempDir;

const MANIFEST: &str = r#"
[package]
name = "service"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
axum = "0.8"
cors-runtime = { path = "RUNTIME" }
"#;

const SOURCE: &str = r#"
#![forbid(unsafe_code, unused_imports, non_camel_case_types)]
use cors_runtime::{CorsRouter, Policy, cors, policy, routes};

const BASE: Policy = policy!(origins = "https://app.example", max_age = 600, en);

mod api {
    use cors_runtime::cors;

    /// Lists what there is.
    #[cors(methods = "GET", ..super::BASE)]
    pub async fn items() {}
}
use api::items;

/// Takes one away.
#[cors(methods = "DELETE", open, credentials = false, al)]
async fn remove() {}

/// Puts one there.
#[cors(methods = "PUT", d)]
async fn put<T>() {}

/// Changes one.
#[cors(methods = "PATCH",  credentials, )]
async fn change() {}

/// Says what there is.
#[cors()]
async fn head() {}

const CLOSED: Policy = policy!(origins = [], );
const OPEN: Policy = policy!();

/// Says whether there is something.
#[cors( en, )]
async fn exists() {}

fn app() -> axum::Router {
    CorsRouter::new()
        .route("/items", routes!(items, remove, put::<u8>))
        .route("/api", routes!(api::items))
        .into_router()
}

async fn call() {
    remove().await;
}
"#;

/// A language server with one open file.
struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    requests: u64,
    uri: String,
    _project: TempDir,
}

impl Editor {
    fn open(server: &Path) -> Self {
        let project = tempfile::tempdir().unwrap();
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        fs::create_dir(project.path().join("src")).unwrap();
        let manifest = MANIFEST.replace("RUNTIME", &format!("{root}/cors-runtime"));
        fs::write(project.path().join("Cargo.toml"), manifest).unwrap();
        fs::copy(
            format!("{root}/Cargo.lock"),
            project.path().join("Cargo.lock"),
        )
        .unwrap();
        let main = project.path().join("src/lib.rs");
        fs::write(&main, SOURCE).unwrap();
        let mut server = Command::new(server)
            .current_dir(project.path())
            .env(
                "CARGO_TARGET_DIR",
                concat!(env!("CARGO_TARGET_TMPDIR"), "/editor"),
            )
            .env("CARGO_NET_OFFLINE", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = server.stdin.take().unwrap();
        let output = BufReader::new(server.stdout.take().unwrap());
        let uri = |path: &Path| format!("file://{}", path.display());
        let mut editor = Self {
            server,
            input,
            output,
            requests: 0,
            uri: uri(&main),
            _project: project,
        };
        let folder = uri(editor._project.path());
        editor.ask(
            "initialize",
            json!({
                "processId": null,
                "rootUri": folder,
                "capabilities": { "experimental": { "serverStatusNotification": true } },
                "initializationOptions": { "checkOnSave": false, "cachePriming": { "enable": false } },
            }),
        );
        editor.tell("initialized", json!({}));
        let document =
            json!({ "uri": editor.uri, "languageId": "rust", "version": 1, "text": SOURCE });
        editor.tell("textDocument/didOpen", json!({ "textDocument": document }));
        editor.wait_until(|message| {
            message["method"] == "experimental/serverStatus"
                && message["params"]["quiescent"] == true
        });
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut len = 0;
        loop {
            let mut line = String::new();
            assert!(
                self.output.read_line(&mut line).unwrap() > 0,
                "the server has gone"
            );
            match line.trim().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    len = value.parse().unwrap();
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; len];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// Waits for a message, and answers what the server asks meanwhile.
    fn wait_until(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.receive();
            if message.get("method").is_some() && message.get("id").is_some() {
                let items = message["params"]["items"].as_array().map_or(0, Vec::len);
                let answer = json!({ "jsonrpc": "2.0", "id": message["id"], "result": vec![Value::Null; items] });
                self.send(&answer);
            }
            if is_it(&message) {
                return message;
            }
        }
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let answer =
            self.wait_until(|message| message["id"] == id && message.get("method").is_none());
        answer["result"].clone()
    }

    /// Asks about a place: that behind the first characters of `text`, the first in the source.
    fn at(&mut self, method: &str, text: &str, offset: usize, mut more: Value) -> Value {
        let found = SOURCE.find(text).unwrap_or_else(|| panic!("{text}"));
        let before = &SOURCE[..found + offset];
        let line = before.matches('\n').count();
        let character = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
        more["textDocument"] = json!({ "uri": self.uri });
        more["position"] = json!({ "line": line, "character": character });
        self.ask(&format!("textDocument/{method}"), more)
    }

    /// The lines on which definitions are, all in this file.
    fn definitions(&mut self, text: &str, offset: usize) -> Vec<String> {
        let found = self.at("definition", text, offset, json!({}));
        let places = found.as_array().cloned().unwrap_or_default();
        let lines = places.iter().map(|place| {
            let uri = if place["targetUri"].is_null() {
                &place["uri"]
            } else {
                &place["targetUri"]
            };
            assert_eq!(uri.as_str(), Some(self.uri.as_str()), "{text}");
            let range = if place["range"].is_null() {
                &place["targetSelectionRange"]
            } else {
                &place["range"]
            };
            let line = usize::try_from(range["start"]["line"].as_u64().unwrap()).unwrap();
            SOURCE.lines().nth(line).unwrap().trim().to_owned()
        });
        lines.collect()
    }

    fn hover(&mut self, text: &str, offset: usize) -> String {
        let hover = self.at("hover", text, offset, json!({}));
        let contents = &hover["contents"];
        contents["value"]
            .as_str()
            .map_or_else(|| contents.to_string(), str::to_owned)
    }

    fn completions(&mut self, text: &str, offset: usize) -> Vec<String> {
        let found = self.at("completion", text, offset, json!({}));
        let items = if found.is_array() {
            &found
        } else {
            &found["items"]
        };
        let items = items.as_array().cloned().unwrap_or_default();
        let labels = items
            .iter()
            .filter_map(|item| item["label"].as_str().map(str::to_owned));
        labels.collect()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

const ARGUMENTS: [&str; 14] = [
    "allow_headers",
    "credentials",
    "danger_any_host",
    "danger_any_port",
    "danger_insecure_origins",
    "danger_public_suffix",
    "debug_max_age",
    "debug_origins",
    "enforce",
    "expose_headers",
    "max_age",
    "methods",
    "open",
    "origins",
];

#[test]
fn an_editor_finds_handlers_and_explains_arguments() {
    let Some(server) = programs::working("rust-analyzer") else {
        return;
    };
    let mut editor = Editor::open(&server);

    for (place, offset, definition, words) in [
        (
            "items, remove",
            1,
            "pub async fn items() {}",
            "Lists what there is.",
        ),
        ("remove, put", 1, "async fn remove() {}", "Takes one away."),
        ("put::<u8>", 1, "async fn put<T>() {}", "Puts one there."),
        (
            "api::items))",
            6,
            "pub async fn items() {}",
            "Lists what there is.",
        ),
    ] {
        assert_eq!(editor.definitions(place, offset), [definition], "{place}");
        let hover = editor.hover(place, offset);
        assert!(
            hover.contains(words) && hover.contains("async fn"),
            "{place}: {hover}"
        );
        assert!(!hover.contains("struct"), "{place}: {hover}");
    }

    let context = json!({ "context": { "includeDeclaration": true } });
    let references = editor.at("references", "remove, put", 1, context);
    assert_eq!(references.as_array().map(Vec::len), Some(3), "{references}");
    let edits = editor.at("rename", "remove, put", 1, json!({ "newName": "erase" }));
    let edits = edits.to_string();
    assert_eq!(edits.matches("\"newText\":\"erase\"").count(), 3, "{edits}");

    for (place, offset, words) in [
        (
            "methods = \"DELETE\"",
            1,
            "The methods that the handler serves",
        ),
        ("open, credentials", 1, "the open policy is intended"),
        (
            "credentials = false",
            1,
            "Whether pages may make requests with credentials",
        ),
        ("origins = \"https", 1, "Whose pages may use the handler"),
        ("max_age = 600", 1, "in seconds"),
    ] {
        let hover = editor.hover(place, offset);
        assert!(hover.contains(words), "{place}: {hover}");
        assert!(
            hover.contains("Left out") || hover.contains("open"),
            "{place}: {hover}"
        );
    }

    for (place, offset, written) in [
        ("al)]", 2, &["methods", "open", "credentials"][..]),
        ("d)]", 1, &["methods"]),
        ("en);", 2, &["origins", "max_age"]),
        ("credentials, )", 13, &["methods", "credentials"]),
        ("PATCH\",  c", 8, &["methods", "credentials"]),
        ("()]", 1, &[]),
        ("[], )", 4, &["origins"]),
        ("!();", 2, &[]),
        ("( en, )", 1, &[]),
        ("( en, )", 4, &[]),
        ("( en, )", 6, &[]),
    ] {
        let left: Vec<_> = ARGUMENTS
            .into_iter()
            .filter(|name| !written.contains(name))
            .collect();
        let mut found = editor.completions(place, offset);
        found.sort_unstable();
        assert_eq!(found, left, "{place}");
    }
}
