//! The edges between the crates, compared with the one table that allows them.

use crate::failure::Failure;
use crate::workspace::{self, Metadata};

/// One row of the table: a crate, its layer and the crates it may use.
struct Row {
    name: &'static str,
    layer: u8,
    may_use: &'static [&'static str],
}

/// Data flows upwards; an edge that is not here must not exist. A new one needs a paragraph in
/// docs/architecture.md.
const TABLE: &[Row] = &[
    Row { name: "synth-core", layer: 0, may_use: &[] },
    Row { name: "synth-io", layer: 1, may_use: &["synth-core"] },
    Row { name: "synth-stats", layer: 1, may_use: &["synth-core"] },
    Row { name: "synth-llm", layer: 1, may_use: &["synth-core"] },
    Row { name: "synth-privacy", layer: 2, may_use: &["synth-core", "synth-stats"] },
    Row { name: "synth-profile", layer: 3, may_use: &["synth-core", "synth-stats", "synth-privacy"] },
    Row {
        name: "synth-rules",
        layer: 4,
        may_use: &["synth-core", "synth-stats", "synth-privacy", "synth-profile"],
    },
    Row {
        name: "synth-gen",
        layer: 5,
        may_use: &["synth-core", "synth-stats", "synth-privacy", "synth-rules"],
    },
    Row {
        name: "synth-report",
        layer: 5,
        may_use: &["synth-core", "synth-stats", "synth-privacy", "synth-profile", "synth-rules"],
    },
    Row {
        name: "synth-cli",
        layer: 6,
        may_use: &[
            "synth-core",
            "synth-io",
            "synth-stats",
            "synth-llm",
            "synth-privacy",
            "synth-profile",
            "synth-rules",
            "synth-gen",
            "synth-report",
        ],
    },
    Row { name: "xtask", layer: 0, may_use: &[] },
];

/// A crate of the workspace and the crates of the workspace it is built from.
#[derive(Debug, Clone)]
struct CrateDeps {
    name: String,
    deps: Vec<String>,
}

/// Prints the verdict.
pub(crate) fn run() -> Result<(), Failure> {
    let crates = crate_deps(&workspace::metadata()?);
    let violations = violations(&crates);
    if violations.is_empty() {
        let edges: usize = crates.iter().map(|one| one.deps.len()).sum();
        println!("layers: {} crates, {edges} edges, all allowed", crates.len());
        return Ok(());
    }
    for violation in &violations {
        println!("layers: {violation}");
    }
    Err(Failure::new(format!("{} edge(s) or crate(s) are not in the table", violations.len())))
}

/// Keeps normal and build dependencies. A dev-dependency on a higher crate is allowed: tests may use it.
fn crate_deps(metadata: &Metadata) -> Vec<CrateDeps> {
    let is_ours = |name: &str| {
        name.starts_with("synth-") || metadata.packages.iter().any(|package| package.name == name)
    };
    metadata
        .packages
        .iter()
        .map(|package| CrateDeps {
            name: package.name.clone(),
            deps: package
                .dependencies
                .iter()
                .filter(|dep| dep.kind.as_deref() != Some("dev") && is_ours(&dep.name))
                .map(|dep| dep.name.clone())
                .collect(),
        })
        .collect()
}

/// Returns every crate and edge the table does not know.
fn violations(crates: &[CrateDeps]) -> Vec<String> {
    let mut found = Vec::new();
    for CrateDeps { name, deps } in crates {
        let Some(row) = TABLE.iter().find(|row| row.name == name) else {
            found.push(format!("crate `{name}` is not in the table"));
            continue;
        };
        for dep in deps.iter().filter(|dep| !row.may_use.contains(&dep.as_str())) {
            found.push(format!("`{name}` (layer {}) must not use `{dep}`", row.layer));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(crates: &[(&str, &[&str])], expected: &[&str]) {
        let crates: Vec<CrateDeps> = crates
            .iter()
            .map(|(name, deps)| CrateDeps {
                name: (*name).to_owned(),
                deps: deps.iter().map(|dep| (*dep).to_owned()).collect(),
            })
            .collect();
        assert_eq!(violations(&crates), expected);
    }

    #[test]
    fn allowed_edges_pass() {
        check(&[("synth-core", &[]), ("synth-gen", &["synth-core", "synth-rules"])], &[]);
    }

    #[test]
    fn forbidden_edge_is_named() {
        check(
            &[("synth-gen", &["synth-core", "synth-profile"])],
            &["`synth-gen` (layer 5) must not use `synth-profile`"],
        );
        check(&[("synth-core", &["synth-io"])], &["`synth-core` (layer 0) must not use `synth-io`"]);
        check(&[("xtask", &["synth-core"])], &["`xtask` (layer 0) must not use `synth-core`"]);
    }

    #[test]
    fn unknown_crate_is_named() {
        check(&[("synth-extra", &["synth-core"])], &["crate `synth-extra` is not in the table"]);
        check(&[("synth-stats", &["synth-extra"])], &["`synth-stats` (layer 1) must not use `synth-extra`"]);
    }

    #[test]
    fn table_only_points_down() {
        for row in TABLE {
            for used in row.may_use {
                let below = TABLE.iter().find(|other| other.name == *used).expect("a row of the table");
                assert!(below.layer < row.layer, "{} -> {used}", row.name);
            }
        }
    }

    #[test]
    fn only_the_cli_may_use_io_and_llm() {
        for port in ["synth-io", "synth-llm"] {
            let users: Vec<&str> =
                TABLE.iter().filter(|row| row.may_use.contains(&port)).map(|row| row.name).collect();
            assert_eq!(users, ["synth-cli"]);
        }
    }

    #[test]
    fn this_workspace_passes_and_fails_with_one_edge_more() {
        let mut crates = crate_deps(&workspace::metadata().expect("cargo metadata of this workspace"));
        assert_eq!(violations(&crates), Vec::<String>::new());
        assert_eq!(crates.len(), TABLE.len());

        let report = crates.iter_mut().find(|one| one.name == "synth-report").expect("a member");
        report.deps.push("synth-gen".to_owned());
        assert_eq!(violations(&crates), ["`synth-report` (layer 5) must not use `synth-gen`"]);
    }

    #[test]
    fn dev_edges_do_not_count_and_build_edges_do() {
        let metadata: Metadata = serde_json::from_str(
            r#"{"target_directory": "t", "packages": [{"name": "synth-stats", "targets": [], "dependencies": [
                {"name": "synth-gen", "kind": "dev"},
                {"name": "synth-io", "kind": "build"},
                {"name": "serde", "kind": null},
                {"name": "synth-core", "kind": null}]}]}"#,
        )
        .expect("metadata");
        assert_eq!(crate_deps(&metadata)[0].deps, ["synth-io", "synth-core"]);
    }
}
