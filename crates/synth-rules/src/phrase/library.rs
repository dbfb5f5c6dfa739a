//! Table: common texts with slots, written down for this project.

/// A collection of templates.
pub(super) struct Collection {
    pub(super) templates: &'static [&'static str],
    /// Slots and their values, set apart by strokes.
    pub(super) slots: &'static [(&'static str, &'static str)],
    /// Slots and their expressions.
    pub(super) patterns: &'static [(&'static str, &'static str)],
}

/// Returns the collection of a name.
pub(super) fn find(name: &str) -> Option<&'static Collection> {
    COLLECTIONS.iter().find(|(known, _)| *known == name).map(|(_, collection)| collection)
}

/// Returns the names of all collections.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    COLLECTIONS.iter().map(|(name, _)| *name)
}

const GOODS: &str = "desk lamp|office chair|water bottle|phone case|backpack|coffee grinder|garden hose|bath towel|wall clock|keyboard|yoga mat|rain jacket|cutting board|bike lock|picture frame|toaster|notebook|reading glasses";

const COLLECTIONS: [(&str, Collection); 6] = [
    (
        "order_note",
        Collection {
            templates: &[
                "Please deliver {{daytime}}.",
                "Please leave the parcel {{place}}.",
                "Call before delivery, {{reason}}.",
                "Gift, please do not include the invoice.",
                "Customer asked to change the {{item}} to {{colour}}.",
                "{{item}} is out of stock, ships in {{days}} days.",
                "Partial delivery agreed, {{item}} follows later.",
                "Ring the bell twice, {{reason}}.",
                "Address was checked with the customer {{daytime}}.",
                "Paid by invoice {{number}}, release after payment.",
                "Replaces order {{number}}.",
                "Discount of {{percent}} % approved by {{department}}.",
                "Fragile: pack the {{item}} separately.",
            ],
            slots: &[
                ("daytime", "after 5 pm|in the morning|before noon|on a weekday|on Saturday|this week"),
                ("place", "with the neighbour|at the back door|in the garage|at the reception|on the porch"),
                (
                    "reason",
                    "the gate is locked|the door phone is broken|nobody is in the office on Fridays|access through the yard",
                ),
                ("item", GOODS),
                ("colour", "black|blue|green|grey|red|white"),
                ("department", "sales|support|accounting|the store manager"),
            ],
            patterns: &[("number", "[1-9][0-9]{4}"), ("days", "[2-9]|1[0-4]"), ("percent", "5|10|15|20")],
        },
    ),
    (
        "log_line",
        Collection {
            templates: &[
                "{{level}} [{{component}}] request {{id}} finished in {{ms}} ms",
                "{{level}} [{{component}}] connection from {{ipv4}} closed",
                "{{level}} [{{component}}] retry {{attempt}} of 5 for job {{id}}",
                "{{level}} [{{component}}] cache miss for key {{id}}",
                "{{level}} [{{component}}] user {{user_name}} signed in from {{ipv4}}",
                "ERROR [{{component}}] timeout after {{ms}} ms calling {{host}}",
                "WARN [{{component}}] queue depth {{ms}} above limit",
                "ERROR [{{component}}] cannot open {{file}}: {{cause}}",
                "{{level}} [{{component}}] loaded {{ms}} records from {{file}}",
                "{{level}} [{{component}}] configuration reloaded",
            ],
            slots: &[
                ("level", "INFO|INFO|INFO|DEBUG|WARN"),
                ("component", "api|auth|billing|gateway|mailer|scheduler|search|storage|worker"),
                ("host", "inventory|payments|profile|search|shipping"),
                (
                    "file",
                    "/etc/app/config.toml|/var/lib/app/index.db|/var/lib/app/queue.dat|/tmp/upload.part",
                ),
                (
                    "cause",
                    "permission denied|no such file or directory|disk quota exceeded|too many open files",
                ),
            ],
            patterns: &[("id", "[0-9a-f]{8}"), ("ms", "[1-9][0-9]{0,3}"), ("attempt", "[1-5]")],
        },
    ),
    (
        "ticket",
        Collection {
            templates: &[
                "{{thing}} {{problem}} after {{event}}",
                "Cannot {{action}} on {{device}}",
                "{{thing}} {{problem}} on {{device}}",
                "Request: access to the {{thing}} for a new colleague",
                "{{action_ing}} takes more than {{n}} minutes",
                "Error {{code}} when trying to {{action}}",
                "Please reset the password for the {{thing}}",
                "{{thing}} shows wrong numbers since {{event}}",
                "How can I {{action}} without the {{thing}}?",
            ],
            slots: &[
                (
                    "thing",
                    "dashboard|calendar|invoice export|mail client|VPN|printer|search|mobile app|report|shared drive",
                ),
                (
                    "problem",
                    "does not load|crashes|is very slow|shows an empty page|keeps asking for a password|does not sync",
                ),
                (
                    "event",
                    "the last update|the password change|the move to the new office|the weekend|a restart",
                ),
                (
                    "action",
                    "sign in|export the report|upload a file|print|share a folder|open the attachment|join the meeting",
                ),
                (
                    "action_ing",
                    "Signing in|Exporting the report|Uploading a file|Printing|Opening the calendar",
                ),
                ("device", "Windows|macOS|Linux|my phone|the meeting room screen|the tablet"),
            ],
            patterns: &[("n", "[2-9]|[1-3]0"), ("code", "[45]0[0-9]|0x8[0-9a-f]{7}")],
        },
    ),
    (
        "review",
        Collection {
            templates: &[
                "{{praise}}. The {{item}} {{good}} and {{good2}}.",
                "{{blame}}: the {{item}} {{bad}}.",
                "The {{item}} {{good}}, but {{bad2}}.",
                "{{praise}}, would buy again.",
                "Bought the {{item}} {{when}}, it {{good}}.",
                "{{blame}}. It {{bad}} {{when2}}.",
                "Delivery was {{speed}}, the {{item}} {{good}}.",
                "For the price the {{item}} {{good}}.",
            ],
            slots: &[
                (
                    "praise",
                    "Very happy with it|Exactly what I was looking for|Great value|Better than expected|Highly recommended",
                ),
                ("blame", "Disappointed|Not worth the money|Would not buy again|I expected more"),
                ("item", GOODS),
                (
                    "good",
                    "works well|looks good|feels solid|is easy to clean|does what it should|is just the right size",
                ),
                ("good2", "arrived on time|was well packed|was easy to set up|the colour is as shown"),
                (
                    "bad",
                    "broke|stopped working|came with scratches|is smaller than in the picture|smells of plastic|is hard to assemble",
                ),
                (
                    "bad2",
                    "the manual is useless|it took two weeks to arrive|the box was damaged|it is louder than I thought",
                ),
                ("when", "last month|as a gift|for the office|for my parents|to replace an old one"),
                ("when2", "after a week|after a month|on the first day|within a year"),
                ("speed", "fast|slow|on time|late"),
            ],
            patterns: &[],
        },
    ),
    (
        "commit_message",
        Collection {
            templates: &[
                "{{verb}} {{thing}}",
                "{{verb}} {{thing}} in {{module}}",
                "{{module}}: {{verb_low}} {{thing}}",
                "Fix {{bug}} in {{module}}",
                "Fix {{bug}} when {{condition}}",
                "Bump {{module}} to {{version}}",
                "Merge branch '{{branch}}'",
                "Revert \"{{verb}} {{thing}}\"",
            ],
            slots: &[
                ("verb", "Add|Remove|Rename|Move|Document|Test|Simplify|Speed up"),
                ("verb_low", "add|remove|rename|move|document|test|simplify"),
                (
                    "thing",
                    "error handling|the settings page|unused imports|retry logic|input validation|the release notes|pagination|a cache for lookups|integration tests|log output",
                ),
                ("module", "api|auth|build|cli|core|docs|parser|scheduler|storage|ui"),
                (
                    "bug",
                    "a race|an off-by-one error|a memory leak|a crash|wrong rounding|a broken link|a missing check",
                ),
                (
                    "condition",
                    "the list is empty|the file is missing|two users save at once|the input has no header|the clock goes back",
                ),
                ("branch", "fix/login|feature/export|feature/search|release/next|chore/deps"),
            ],
            patterns: &[("version", "[1-9]\\.[0-9]{1,2}\\.[0-9]")],
        },
    ),
    (
        "product_name",
        Collection {
            templates: &[
                "{{adjective}} {{noun}}",
                "{{adjective}} {{material}} {{noun}}",
                "{{noun}} {{line}} {{number}}",
                "{{material}} {{noun}}, {{colour}}",
            ],
            slots: &[
                (
                    "adjective",
                    "Compact|Classic|Foldable|Lightweight|Premium|Portable|Everyday|Adjustable|Outdoor|Slim",
                ),
                ("material", "Cotton|Steel|Oak|Bamboo|Leather|Glass|Wool|Ceramic|Aluminium|Linen"),
                (
                    "noun",
                    "Backpack|Bottle|Chair|Desk|Jacket|Keyboard|Lamp|Mug|Notebook|Pillow|Scarf|Shelf|Table|Tent|Watch",
                ),
                ("line", "Pro|Plus|Mini|Air|Max|Studio"),
                ("colour", "black|blue|green|grey|red|white|natural"),
            ],
            patterns: &[("number", "[1-9]0{1,2}")],
        },
    ),
];
