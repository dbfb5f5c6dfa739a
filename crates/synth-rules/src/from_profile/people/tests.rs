use super::*;

fn check(path: &str, anchor_path: &str, rest: &str) {
    let (at, left) = anchor(&JsonPath::parse(path).unwrap());
    assert_eq!((at.to_string().as_str(), left.as_str()), (anchor_path, rest), "{path}");
}

/// Catches parts of an address that get a person of their own, and two addresses that become one.
#[test]
fn fields_belong_to_the_thing_around_their_parts() {
    check("$.name", "$", "");
    check("$.customer.address.city", "$.customer", "");
    check("$.customers[].address.city", "$.customers[]", "");
    check("$.shippingAddress.city", "$", "shipping");
    check("$.shipCity", "$", "ship");
    check("$.bill_to_name", "$", "bill_to");
    check("$.name[].given[]", "$", "");
    check("$.names[]", "$.names[]", "");
    check("$.telecom[].value", "$", "");
    check("$.contacts[].phone", "$.contacts[]", "");
    check("$.sender.email", "$.sender", "");
}

#[test]
fn names_of_entities_are_singular() {
    for (key, expected) in [
        ("customers", "customer"),
        ("companies", "company"),
        ("address", "address"),
        ("orderItems", "order_items"),
    ] {
        let made = singular(key);
        assert!(made == expected || made == expected.trim_end_matches('s'), "{key} {made}");
    }
}
