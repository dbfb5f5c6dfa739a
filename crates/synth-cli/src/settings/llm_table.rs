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
pub(super) const KEYS: [Key; 11] = [
    key("", "mode", "llm"),
    key("", "base_url", "server"),
    key("", "model", "llm_model"),
    key("", "budget_tokens", "llm_max_tokens"),
    key("", "budget_seconds", "llm_max_seconds"),
    key("", "timeout", "llm_timeout"),
    key("", "max_retries", "llm_retries"),
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
            _ => all.push(("", key, value)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use crate::settings::{SETTINGS, SettingsFile};

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
        let text = |text| SettingsFile::parse(text, "synth.toml").is_err();
        assert!(
            text("[llm]\nmode = 'perhaps'\n") && text("[llm]\nurl = 'x'\n") && text("[llm]\ntimeout = 'x'\n")
        );
    }
}
