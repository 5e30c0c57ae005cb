//! Seconds to build and to check applications of many annotated handlers, what they weigh, and how many
//! instructions `rustc` executes to check them, which valgrind counts.
//!
//! ```sh
//! cargo bench --package cors-runtime --bench build_cost
//! ```
//!
//! The applications are written to a folder of their own below `target/`, and built there with the
//! dependencies that this workspace has locked.

use std::{
    fmt::Write,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// What an application's handlers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum With {
    Nothing,
    Ours,
    /// On a plain router.
    OnPlainRouter,
    TowerHttp,
    Utoipa,
    PublicSuffix,
    Tracing,
}

impl With {
    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "plain",
            Self::Ours => "ours",
            Self::OnPlainRouter => "ours, on a plain `Router`",
            Self::TowerHttp => "tower-http",
            Self::Utoipa => "utoipa",
            Self::PublicSuffix => "ours, `public-suffix`",
            Self::Tracing => "ours, `tracing`",
        }
    }

    fn dependency(self, runtime: &Path) -> String {
        let ours = |features: &str| {
            format!("cors-runtime = {{ path = {runtime:?}, features = [{features}] }}\n")
        };
        match self {
            Self::Nothing => String::new(),
            Self::Ours | Self::OnPlainRouter => ours(""),
            Self::PublicSuffix => ours("\"public-suffix\""),
            Self::Tracing => ours("\"tracing\""),
            Self::TowerHttp => {
                "tower-http = { version = \"0.7\", features = [\"cors\"] }\n".to_owned()
            }
            Self::Utoipa => {
                "utoipa = { version = \"6\", features = [\"axum_extras\"] }\n".to_owned()
            }
        }
    }

    fn attribute(self, number: usize) -> String {
        match self {
            Self::Nothing | Self::TowerHttp => String::new(),
            Self::Ours | Self::OnPlainRouter | Self::PublicSuffix | Self::Tracing => {
                "#[cors_runtime::cors(methods = \"GET\", origins = \"https://app.example.com\")]\n"
                    .to_owned()
            }
            Self::Utoipa => {
                format!("#[utoipa::path(get, path = \"/h{number}\", responses((status = 200)))]\n")
            }
        }
    }

    fn route(self, number: usize) -> String {
        match self {
            Self::Nothing | Self::TowerHttp | Self::Utoipa => {
                format!("        .route(\"/h{number}\", axum::routing::get(h{number}))\n")
            }
            Self::OnPlainRouter => {
                format!("        .route(\"/h{number}\", cors_runtime::routes!(h{number}).into())\n")
            }
            Self::Ours | Self::PublicSuffix | Self::Tracing => {
                format!("        .route(\"/h{number}\", cors_runtime::routes!(h{number}))\n")
            }
        }
    }
}

/// What one application costs, medians of some runs.
struct Cost {
    clean_build: Duration,
    clean_check: Duration,
    /// Of the clean check.
    instructions: u64,
    edited_build: Duration,
    edited_check: Duration,
    release_bytes: u64,
    crates: usize,
}

const RUNS: usize = 3;

fn main() {
    println!(
        "| handlers | with | build, clean | check, clean | the same, M instructions | build, edited | check, edited | release binary, KiB | crates |"
    );
    println!("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for with in [
        With::Nothing,
        With::Ours,
        With::OnPlainRouter,
        With::TowerHttp,
        With::Utoipa,
        With::PublicSuffix,
        With::Tracing,
    ] {
        print(200, with);
    }
    for handlers in [50, 400] {
        for with in [With::Nothing, With::Ours] {
            print(handlers, with);
        }
    }
}

fn print(handlers: usize, with: With) {
    let cost = measure(handlers, with);
    println!(
        "| {handlers} | {} | {:.2} | {:.2} | {} | {:.2} | {:.2} | {} | {} |",
        with.name(),
        cost.clean_build.as_secs_f64(),
        cost.clean_check.as_secs_f64(),
        cost.instructions / 1_000_000,
        cost.edited_build.as_secs_f64(),
        cost.edited_check.as_secs_f64(),
        cost.release_bytes / 1024,
        cost.crates,
    );
}

/// Measures the application's own crate: its dependencies are built before.
fn measure(handlers: usize, with: With) -> Cost {
    let folder = write(handlers, with);
    let package = package(handlers, with);
    let main = folder.join("src/main.rs");
    cargo(&folder, &["build"]);
    cargo(&folder, &["check"]);
    cargo(&folder, &["build", "--release"]);
    let clean = |command: &str| {
        median(|| {
            cargo(&folder, &["clean", "--package", &package]);
            timed(|| cargo(&folder, &[command]))
        })
    };
    let clean_build = clean("build");
    let clean_check = clean("check");
    cargo(&folder, &["clean", "--package", &package]);
    let instructions = instructions_of_check(&folder);
    let edited = |command: &str| {
        median(|| {
            let source = fs::read_to_string(&main).expect("a source");
            let source = if source.contains("\"of\"") {
                source.replacen("\"of\"", "\"out of\"", 1)
            } else {
                source.replacen("\"out of\"", "\"of\"", 1)
            };
            fs::write(&main, source).expect("a file");
            timed(|| cargo(&folder, &[command]))
        })
    };
    // The first is not from a state that is kept from a build before.
    cargo(&folder, &["build"]);
    let edited_build = edited("build");
    cargo(&folder, &["check"]);
    let edited_check = edited("check");
    cargo(&folder, &["build", "--release"]);
    let binary = folder
        .with_file_name("target")
        .join("release")
        .join(&package);
    Cost {
        clean_build,
        clean_check,
        instructions,
        edited_build,
        edited_check,
        release_bytes: fs::metadata(binary).expect("a binary").len(),
        crates: crates(&folder),
    }
}

fn write(handlers: usize, with: With) -> PathBuf {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = runtime.parent().expect("a workspace");
    let folder = workspace
        .join("target/build-cost")
        .join(format!("{handlers}-{with:?}"));
    fs::create_dir_all(folder.join("src")).expect("a folder");
    let dependency = with.dependency(runtime);
    let manifest = format!(
        "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\naxum = \"0.8\"\ntokio = {{ version = \"1\", features = [\"rt\", \"net\"] }}\n{dependency}",
        package(handlers, with)
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
    fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a file");
    let mut source = "const EDITED: &str = \"of\";\n\n".to_owned();
    let mut routes = String::new();
    for number in 0..handlers {
        let attribute = with.attribute(number);
        writeln!(source, "{attribute}async fn h{number}() -> String {{\n    format!(\"{number} {{EDITED}}\")\n}}\n").expect("text");
        routes += &with.route(number);
    }
    let (router, end) = match with {
        With::TowerHttp => (
            "axum::Router",
            "        .layer(tower_http::cors::CorsLayer::very_permissive())\n",
        ),
        With::Nothing | With::OnPlainRouter | With::Utoipa => ("axum::Router", ""),
        With::Ours | With::PublicSuffix | With::Tracing => {
            ("cors_runtime::CorsRouter", "        .into_router()\n")
        }
    };
    writeln!(
        source,
        "fn main() {{\n    let app: axum::Router = {router}::new()\n{routes}{end}        ;\n    \
         let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();\n    \
         runtime.block_on(async {{\n        let listener = tokio::net::TcpListener::bind(\"127.0.0.1:0\").await.unwrap();\n        \
         axum::serve(listener, app).await.unwrap();\n    }});\n}}"
    )
    .expect("text");
    fs::write(folder.join("src/main.rs"), source).expect("a file");
    folder
}

fn package(handlers: usize, with: With) -> String {
    format!(
        "application-{handlers}-{}",
        format!("{with:?}").to_lowercase()
    )
}

fn cargo(folder: &Path, arguments: &[&str]) {
    run(command(folder).args(arguments));
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new("cargo");
    command
        .arg("--quiet")
        .env("CARGO_TARGET_DIR", folder.with_file_name("target"))
        .current_dir(folder);
    command
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).expect("text")
}

/// What `rustc` executes to check the application's own crate.
fn instructions_of_check(folder: &Path) -> u64 {
    let (log, wrapper) = (folder.join("valgrind.log"), folder.join("valgrind.sh"));
    let options = "--tool=callgrind --callgrind-out-file=/dev/null";
    let script = format!(
        "#!/bin/sh\nexec valgrind {options} --log-file={} \"$@\"\n",
        log.display()
    );
    fs::write(&wrapper, script).expect("a file");
    fs::set_permissions(&wrapper, Permissions::from_mode(0o755)).expect("permissions");
    let sysroot = run(Command::new("rustc").args(["--print", "sysroot"]));
    run(command(folder)
        .arg("check")
        .env("RUSTC", Path::new(sysroot.trim()).join("bin/rustc"))
        .env("RUSTC_WORKSPACE_WRAPPER", wrapper));
    let log = fs::read_to_string(log).expect("valgrind's log");
    let collected = log.split("Collected : ").nth(1).expect("a count");
    let digits = collected.lines().next().expect("a line");
    digits.trim().parse().expect("a number")
}

/// The crates that are compiled for the application, its own aside.
fn crates(folder: &Path) -> usize {
    let arguments = "tree --prefix none --edges normal,build --no-dedupe";
    let tree = run(command(folder).args(arguments.split(' ')));
    let mut crates: Vec<_> = tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .collect();
    crates.sort_unstable();
    crates.dedup();
    crates.len() - 1
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn median(mut run: impl FnMut() -> Duration) -> Duration {
    let mut runs: Vec<_> = (0..RUNS).map(|_| run()).collect();
    runs.sort_unstable();
    runs[RUNS / 2]
}
