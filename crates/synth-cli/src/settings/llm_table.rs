//! The table `[llm]` of `synth.toml`, with `[llm.cache]` in it: other names for settings of the language model.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key of the table.
#[derive(Debug)]
pub(super) struct Key {
    /// The table within the table; empty for its own keys.
    pub(super) table: &'static str,
    pub(super) key: &'static str,
    /// The setting that it means.
    pub(super) setting: &'static str,
    /// It says the opposite of the setting.
    pub(super) is_opposite: bool,
}

const fn key(table: &'static str, key: &'static str, setting: &'static str) -> Key {
    Key { table, key, setting, is_opposite: false }
}

/// All keys. Budgets have names of their own: `max_tokens` elsewhere means the length of one answer.
pub(super) const KEYS: [Key; 18] = [
    key("", "mode", "llm"),
    key("", "base_url", "server"),
    key("", "model", "llm_model"),
    key("", "budget_tokens", "llm_max_tokens"),
    key("", "budget_seconds", "llm_max_seconds"),
    key("", "timeout", "llm_timeout"),
    key("", "max_retries", "llm_retries"),
    key("", "retry_backoff", "llm_backoff"),
    key("", "max_tokens", "llm_answer_tokens"),
    key("", "temperature", "llm_temperature"),
    key("", "top_p", "llm_top_p"),
    key("", "seed", "llm_seed"),
    Key { table: "fallback", key: "enabled", setting: "llm_fallback", is_opposite: true },
    key("fallback", "strategies", "llm_fallback"),
    key("", "allow_remote", "allow_remote_llm"),
    Key { table: "cache", key: "enabled", setting: "no_llm_cache", is_opposite: true },
    key("cache", "ttl", "llm_cache_ttl"),
    key("cache", "max_size_mb", "llm_cache_mb"),
];

type Entry<'t> = (&'static str, &'t Spanned<Cow<'t, str>>, &'t Spanned<DeValue<'t>>);

/// Returns all keys of a table and of the one in it, each with the table it is of.
pub(super) fn keys<'t>(table: &'t DeTable<'t>) -> Vec<Entry<'t>> {
    let mut all = Vec::new();
    for (key, value) in table {
        match value.get_ref() {
            DeValue::Table(inner) if key.get_ref() == "cache" => {
                all.extend(inner.iter().map(|(key, value)| ("cache", key, value)));
            }
            DeValue::Table(inner) if key.get_ref() == "fallback" => {
                all.extend(inner.iter().map(|(key, value)| ("fallback", key, value)));
            }
            _ => all.push(("", key, value)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use crate::settings::{SETTINGS, SettingsFile};

    /// The settings of the first design, as they stand there.
    const DESIGN: &str = "[llm]
base_url = \"http://127.0.0.1:8080\"
model = \"GLM-4.5-Air\"
max_tokens = 4096
temperature = 0.2
top_p = 0.9
seed = 42
timeout = 60
max_retries = 3
retry_backoff = 2.0

[llm.cache]
enabled = true
ttl = 86400  # 24 hours
max_size_mb = 1024

[llm.fallback]
enabled = true
strategies = [\"faker\", \"regex_sampler\", \"template\"]
";

    #[test]
    fn the_settings_of_the_design_are_read() {
        let file = SettingsFile::parse(DESIGN, "synth.toml").unwrap();
        let text = |key| file.entry("generate", key, None).map(|entry| entry.text.as_str());
        assert_eq!(text("llm_fallback"), Some("faker,regex_sampler,template"));
        assert_eq!((text("llm_temperature"), text("llm_top_p")), (Some("0.2"), Some("0.9")));
        assert_eq!((text("llm_answer_tokens"), text("llm_seed")), (Some("4096"), Some("42")));
        assert_eq!((text("llm_backoff"), text("no_llm_cache")), (Some("2.0"), Some("false")));
    }

    #[test]
    fn keys_mean_settings() {
        for key in &super::KEYS {
            assert!(SETTINGS.iter().any(|setting| setting.key == key.setting), "{}", key.setting);
        }
        let text = "[llm]\nmode = 'off'\nbase_url = 'http://127.0.0.1:1'\ntimeout = 9\n[llm.cache]\nenabled = false\nttl = 5\n";
        let file = SettingsFile::parse(text, "synth.toml").unwrap();
        let text = |key| file.entry("generate", key, None).map(|entry| entry.text.as_str());
        assert_eq!(text("llm"), Some("off"));
        assert_eq!(text("server"), Some("http://127.0.0.1:1"));
        assert_eq!(text("llm_timeout"), Some("9"));
        assert_eq!(text("no_llm_cache"), Some("true"));
        assert_eq!(text("llm_cache_ttl"), Some("5"));
        let off = "[llm.fallback]\nstrategies = ['faker']\nenabled = false\n";
        let file = SettingsFile::parse(off, "synth.toml").unwrap();
        assert_eq!(
            file.entry("generate", "llm_fallback", None).map(|entry| entry.text.as_str()),
            Some("none")
        );
        let text = |text| SettingsFile::parse(text, "synth.toml").is_err();
        assert!(
            text("[llm]\nmode = 'perhaps'\n") && text("[llm]\nurl = 'x'\n") && text("[llm]\ntimeout = 'x'\n")
        );
    }
}
