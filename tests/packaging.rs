//! The crates can be published together, with what a registry requires.

use std::process::Command;

use serde_json::Value;

const CRATES: [&str; 4] = [
    "cors-grammar",
    "cors-macros",
    "cors-runtime",
    "cors-playground",
];

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        // A package is built by its own manifest, without the profiles of the workspace.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_a_registry_shows_of_each_crate_is_there() {
    let metadata = cargo(&["metadata", "--locked", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    for name in CRATES {
        let package = packages.iter().find(|it| it["name"] == name).unwrap();
        for field in ["description", "license", "rust_version"] {
            assert!(package[field].is_string(), "{name}: {field}");
        }
        assert_eq!(package["rust_version"], "1.88", "{name}");
        let keywords = package["keywords"].as_array().unwrap();
        assert!((1..=5).contains(&keywords.len()), "{name}: {keywords:?}");
        let categories = package["categories"].as_array().unwrap();
        assert!(
            (1..=5).contains(&categories.len()),
            "{name}: {categories:?}"
        );
        // A path is for this workspace: who depends on the crate gets it by its version.
        for dependency in package["dependencies"].as_array().unwrap() {
            assert_ne!(dependency["req"], "*", "{name}: {}", dependency["name"]);
        }
    }
}

/// A registry shows a README alone: a link within the repository leads nowhere there.
#[test]
fn the_links_of_a_packaged_readme_lead_somewhere() {
    for readme in [
        include_str!("../cors-runtime/README.md"),
        include_str!("../examples/playground/README.md"),
    ] {
        let links: Vec<_> = readme.split("](").skip(1).collect();
        assert!(!links.is_empty());
        for link in links {
            assert!(
                link.starts_with("https://"),
                "{}",
                link.split(')').next().unwrap()
            );
        }
    }
}

#[test]
fn the_crates_are_packaged_together_and_build_from_their_packages() {
    // cargo keeps the sources of a package by its version and by the folder of this registry: in a folder
    // that was used before, those of an earlier run would be built.
    let target = tempfile::tempdir().unwrap();
    let target = target.path().to_str().unwrap();
    let mut arguments = vec!["package", "--locked", "--allow-dirty", "--quiet"];
    arguments.extend(["--target-dir", target]);
    for name in CRATES {
        arguments.extend(["--package", name]);
    }
    cargo(&arguments);
}
