//! The house: no two files import each other, and the rooms of `cors-runtime` import one way.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    ItemMod, ItemUse, UseTree, Visibility,
    visit::{Visit, visit_item_mod, visit_path},
};

/// The rooms, each of which imports from those before it only. `testing` imports from none of them.
const ROOMS: [&str; 4] = ["policy", "origins", "protocol", "routing"];

const CRATES: [&str; 3] = [
    "cors-macros/src",
    "cors-runtime/src",
    "cors-runtime/grammar/src",
];

fn root(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder)
}

/// The files of a crate, each with those that it imports; paths from the crate's `src`.
fn imports(folder: &str) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let src = root(folder);
    let mut folders = vec![src.clone()];
    let mut files = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let file = path.strip_prefix(&src).unwrap().to_owned();
                let text = fs::read_to_string(&path).unwrap();
                let imports = imports_of(&src, &file, &syn::parse_file(&text).unwrap());
                files.insert(file, imports);
            }
        }
    }
    assert!(files.len() > 5, "{folder} has files");
    files
}

fn imports_of(src: &Path, file: &Path, syntax: &syn::File) -> BTreeSet<PathBuf> {
    let mut paths = Paths::default();
    paths.visit_file(syntax);
    let module = module(file);
    let files = paths.0.into_iter().filter_map(|path| {
        let mut words = path.iter().map(String::as_str).peekable();
        let mut at = match *words.peek()? {
            "crate" => Vec::new(),
            "super" => module.split_last()?.1.to_vec(),
            _ => module.clone(),
        };
        words.next_if(|word| ["crate", "super", "self"].contains(word));
        // As deep as there are files.
        for word in words {
            at.push(word.to_owned());
            if file_of(src, &at).is_none() {
                at.pop();
                break;
            }
        }
        file_of(src, &at)
    });
    files.filter(|imported| imported != file).collect()
}

/// The module that a file is.
fn module(file: &Path) -> Vec<String> {
    let words = file.with_extension("");
    let words = words.iter().map(|word| word.to_str().unwrap().to_owned());
    words
        .filter(|word| word != "mod" && word != "lib")
        .collect()
}

/// The file of a module; no file imports the root of the crate.
fn file_of(src: &Path, module: &[String]) -> Option<PathBuf> {
    let folder: PathBuf = module.iter().collect();
    let files = [folder.with_extension("rs"), folder.join("mod.rs")];
    let mut files = files.into_iter().filter(|_| !module.is_empty());
    files.find(|file| src.join(file).is_file())
}

/// Every path that a file names, outside of its tests.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.ident != "tests" {
            visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add(&item.tree, Vec::new());
    }

    /// `pub(super)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.0.push(words.collect());
        visit_path(self, path);
    }
}

impl Paths {
    fn add(&mut self, tree: &UseTree, mut before: Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.add(&path.tree, before);
            }
            UseTree::Name(name) => {
                before.push(name.ident.to_string());
                self.0.push(before);
            }
            UseTree::Rename(name) => {
                before.push(name.ident.to_string());
                self.0.push(before);
            }
            UseTree::Glob(_) => self.0.push(before),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add(tree, before.clone());
                }
            }
        }
    }
}

#[test]
fn no_two_files_import_each_other() {
    let mut arrows = 0;
    for folder in CRATES {
        let files = imports(folder);
        for (file, imported) in &files {
            arrows += imported.len();
            for other in imported {
                let back = files[other].contains(file);
                assert!(
                    !back,
                    "{folder}: {} and {}",
                    file.display(),
                    other.display()
                );
            }
        }
    }
    assert!(arrows > 100, "{arrows} imports were found");
}

#[test]
fn the_rooms_import_one_way() {
    let room = |file: &Path| file.iter().next().unwrap().to_str().unwrap().to_owned();
    let floor = |room: &str| ROOMS.iter().position(|known| *known == room);
    let mut arrows = BTreeSet::new();
    for (file, imported) in imports("cors-runtime/src") {
        for other in imported {
            let (here, there) = (room(&file), room(&other));
            if here == there || here == "lib.rs" {
                continue;
            }
            let goes_down = floor(&there) < floor(&here) && floor(&there).is_some();
            assert!(goes_down, "{} imports {}", file.display(), other.display());
            arrows.insert((here, there));
        }
    }
    assert_eq!(arrows.len(), 6, "each room from each before it: {arrows:?}");
}

#[test]
fn axum_is_named_in_one_room() {
    let src = root("cors-runtime/src");
    for room in ["policy", "origins", "protocol"] {
        for entry in fs::read_dir(src.join(room)).unwrap() {
            let path = entry.unwrap().path();
            let mut paths = Paths::default();
            paths.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
            let names_axum = paths.0.iter().any(|path| path[0] == "axum");
            assert!(!names_axum, "{}", path.display());
        }
    }
}
