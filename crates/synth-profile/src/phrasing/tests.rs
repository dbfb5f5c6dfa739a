use std::collections::BTreeSet;

use super::*;
use synth_core::Seed;
use synth_stats::word_chain::WordChain;

const K: u64 = 5;

fn texts(all: &[String]) -> Vec<Text<'_>> {
    let distinct: BTreeSet<&str> = all.iter().map(String::as_str).collect();
    distinct.into_iter().map(|text| Text { text, is_whole: true }).collect()
}

/// Sentences of a few clauses, so that words and their pairs are common.
fn clauses(n: u64) -> Vec<String> {
    const WHO: [&str; 3] = ["the customer", "our driver", "a neighbour"];
    const DID: [&str; 3] = ["asked for", "returned", "lost"];
    const WHAT: [&str; 3] = ["the parcel", "a refund", "the blue lamp"];
    const WHEN: [&str; 3] = ["this morning", "last week", "again today"];
    let seed = Seed::root(3);
    let pick = |index: u64, part: u64, list: [&'static str; 3]| {
        list[usize::try_from(seed.child_at(part).below(index, 3)).unwrap()]
    };
    (0..n)
        .map(|index| {
            let clause = |part| {
                format!(
                    "{} {} {}",
                    pick(index, part, WHO),
                    pick(index, part + 1, DID),
                    pick(index, part + 2, WHAT)
                )
            };
            format!("{} {} and {} {}", clause(0), pick(index, 3, WHEN), clause(4), pick(index, 7, WHEN))
        })
        .collect()
}

fn walks(chain: &ChainProfile, n: u64) -> Vec<String> {
    let row = |row: &ChainRow| {
        let after: Vec<&str> = row.after.iter().map(|word| word.as_str()).collect();
        let next = row.next.iter().map(|(word, n)| (word.as_str().into(), *n as f64)).collect();
        (after.join(" ").into(), next)
    };
    let walker = WordChain::new(usize::from(chain.order), chain.rows.iter().map(row));
    (0..n)
        .map(|index| {
            let own = Seed::root(9).child_at(index);
            let (mut at, mut words) = (0, Vec::new());
            let uniform = || {
                at += 1;
                own.uniform(at)
            };
            walker.walk(90, uniform, &mut |word| words.push(word.to_owned()));
            words.join(" ")
        })
        .collect()
}

/// The texts that hold each run of six words.
fn runs(all: &[String]) -> std::collections::BTreeMap<Vec<&str>, u64> {
    let mut runs = std::collections::BTreeMap::new();
    for text in all.iter().map(String::as_str).collect::<BTreeSet<_>>() {
        let words: Vec<&str> = text.split_whitespace().collect();
        let own: BTreeSet<Vec<&str>> = words.windows(chain::RUN).map(<[&str]>::to_vec).collect();
        own.into_iter().for_each(|run| *runs.entry(run).or_default() += 1);
    }
    runs
}

/// Catches a chain that can write six words of one text, or a whole text. The planted sentence is made of common words
/// only, so that a rule for single words would let it through.
#[test]
fn no_run_of_a_single_text_can_be_made() {
    let mut all = clauses(3000);
    let planted = "the customer lost a refund and the blue lamp this morning and again today".to_owned();
    all.push(planted.clone());
    let short = "our driver returned".to_owned();
    all.push(short.clone());
    let chain = chain::learn(&texts(&all), Gate::new(K)).expect("the clauses share their words");
    let known = runs(&all);
    let made = walks(&chain, 4000);
    assert!(made.iter().collect::<BTreeSet<_>>().len() > 20, "the chain makes hardly anything");
    for text in &made {
        assert!(*text != short && *text != planted, "{text}");
        let words: Vec<&str> = text.split_whitespace().collect();
        for run in words.windows(chain::RUN) {
            assert!(known.get(run).is_none_or(|n| *n >= K), "{text}");
        }
    }
}

/// Catches words and names that stand in fewer than k texts.
#[test]
fn rare_words_are_in_no_phrase() {
    let mut all = clauses(3000);
    for name in ["Quillfeather", "Zimbarwell"] {
        for at in 0..4 {
            all.push(format!("{} with {name}", clauses(40)[at]));
        }
    }
    let texts = texts(&all);
    let found =
        serde_json::to_string(&(templates::learn(&texts, Gate::new(K)), chain::learn(&texts, Gate::new(K))))
            .unwrap();
    assert!(found.contains("customer"));
    assert!(!found.contains("Quillfeather") && !found.contains("Zimbarwell"));
}

fn orders(n: u64) -> Vec<String> {
    let seed = Seed::root(5);
    (0..n)
        .map(|index| {
            let carrier = ["UPS", "FedEx", "DHL"][usize::try_from(seed.below(index, 3)).unwrap()];
            let number = 10_000 + seed.child("number").below(index, 80_000);
            match seed.child("form").below(index, 3) {
                0 => format!("Order {number} was shipped via {carrier}."),
                1 => format!("Refund for order {number} is waiting"),
                _ => format!("Customer user{index}@mail.example wrote about order {number}"),
            }
        })
        .collect()
}

/// Catches templates whose slots hold values of single texts, and slots that swallow the literals.
#[test]
fn templates_have_slots_where_texts_differ() {
    let all = orders(400);
    let found = templates::learn(&texts(&all), Gate::new(K));
    assert_eq!(found.len(), 5, "one for each carrier, and two: {found:?}");
    let text = serde_json::to_string(&found).unwrap();
    for literal in ["Order ", " was shipped via ", "Refund for order ", "UPS", "DHL", "[0-9]{5}", "email"] {
        assert!(text.contains(literal), "{literal}: {text}");
    }
    assert!(!text.contains('@'));
    for one in all
        .iter()
        .flat_map(|text| text.split_whitespace())
        .filter(|word| word.len() == 5 && word.parse::<u64>().is_ok())
    {
        assert!(!text.contains(one), "{one}");
    }
    assert!(found.iter().map(|template| template.share.get()).sum::<f64>() > 0.99);
}

/// Catches counts of texts that are taken for counts of records.
#[test]
fn arrays_of_texts_are_left_alone() {
    let check = |path: &str, is_document| is_one_a_unit(&JsonPath::parse(path).unwrap(), is_document);
    assert!(check("$.order.note", false) && !check("$.notes[]", false) && !check("$.items[].note", false));
    assert!(check("$.orders[].note", true) && !check("$.orders[].items[].note", true));
}
