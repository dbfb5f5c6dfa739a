//! Settings from flags, the environment, `synth.toml` and the rule file.

use crate::folder::{Folder, Run};

fn rules() -> Folder {
    let folder = Folder::with_sample("shop_orders.jsonl");
    folder.done(&["profile", "shop_orders.jsonl"]);
    folder
}

/// Runs with variables in the environment.
fn run(folder: &Folder, variables: &[(&str, &str)], args: &[&str]) -> Run {
    let output = folder.command(args).envs(variables.iter().copied()).output().unwrap();
    Run {
        code: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What `config show --origin` says of a setting of `generate`.
fn check(folder: &Folder, variables: &[(&str, &str)], expected: &str) {
    let run = run(folder, variables, &["config", "show", "--origin"]);
    let text = String::from_utf8(run.stdout).unwrap();
    let (_, table) = text.split_once("[generate]\n").unwrap_or_else(|| panic!("{text}{}", run.stderr));
    let (table, _) = table.split_once("\n\n").unwrap();
    assert!(table.lines().any(|line| line == expected), "no `{expected}` in {table}");
}

#[test]
fn the_stronger_source_counts() {
    let folder = rules();
    check(&folder, &[], "seed = 42  # ruleset.yaml");
    check(&folder, &[], "n = 400  # ruleset.yaml");
    check(&folder, &[], "force = false  # default");
    folder.write("synth.toml", "seed = 1\nn = 3\nforce = true\n[generate]\nseed = 2\n");
    check(&folder, &[], "seed = 2  # synth.toml:5");
    check(&folder, &[], "n = 3  # synth.toml:2");
    check(&folder, &[("SYNTH_SEED", "7")], "seed = 7  # SYNTH_SEED");
    check(&folder, &[("SYNTH_SEED", "")], "seed = 2  # synth.toml:5");
    check(&folder, &[("SYNTH_PARALLEL_WORKERS", "1")], "parallel = 1  # SYNTH_PARALLEL_WORKERS");
    check(
        &folder,
        &[("SYNTH_PARALLEL_WORKERS", "1"), ("SYNTH_PARALLEL", "2")],
        "parallel = 2  # SYNTH_PARALLEL",
    );
    check(&folder, &[("SYNTH_FORCE", "no")], "force = false  # SYNTH_FORCE");
    let said = |variables: &[(&str, &str)], args: &[&str]| run(&folder, variables, args).stderr;
    assert!(said(&[], &["generate"]).starts_with("3 records"));
    assert!(said(&[("SYNTH_N", "4")], &["generate"]).starts_with("4 records"));
    assert!(said(&[("SYNTH_N", "4")], &["generate", "-n", "5", "--seed", "8"]).contains("seed 8"));
    assert!(said(&[("SYNTH_N", "4")], &["generate", "--scale", "2"]).starts_with("800 records"));
    assert!(said(&[("SYNTH_SCALE", "0.5")], &["generate"]).starts_with("200 records"));
}

#[test]
fn what_is_shown_can_be_read_again() {
    let folder = rules();
    let show = |args: &[&str]| String::from_utf8(folder.done(args).stdout).unwrap();
    let first = show(&["config", "show"]);
    folder.write("mine.toml", &first);
    assert_eq!(show(&["config", "show", "--config", "mine.toml"]), first);
}

#[test]
fn wrong_settings_are_refused_with_their_place() {
    let folder = rules();
    folder.write("synth.toml", "[profil]\nk = 3\n[profile]\nmax-bad = 3\nk = true\n");
    folder.refused(
        &["generate"],
        &[
            "error[config/unknown-key]: unknown key `profil`\n  --> synth.toml:1:2",
            "did you mean `profile`?",
            "error[config/unknown-key]: unknown key `max-bad`\n  --> synth.toml:4:1",
            "did you mean `max_bad`?",
            "error[config/wrong-type]: `k` is a whole number, not of type boolean\n  --> synth.toml:5:5",
        ],
    );
    folder.done(&["generate", "--help"]);
    folder.refused(&["generate", "--config", "absent.toml"], &["error[io/not-found]", "absent.toml"]);
    folder.write("synth.toml", "");
    let run = run(&folder, &[("SYNTH_K", "0")], &["profile", "shop_orders.jsonl", "--force"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("SYNTH_K"), "{}", run.stderr);
}

#[test]
fn a_score_to_reach_is_between_0_and_1() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    folder.refused(&["dryrun", "--input", "shop_orders.jsonl", "--fail-under", "1.5"], &["from 0 to 1"]);
    folder.refused(&["dryrun", "--input", "shop_orders.jsonl", "--fail-under", "NaN"], &["from 0 to 1"]);
}
