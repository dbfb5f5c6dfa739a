//! Table: public lists of codes and words, such as countries and request methods.

use synth_privacy::{PathWords, Publishable};

/// A list that many data sets draw from.
#[derive(Debug)]
pub(crate) struct CodeList {
    /// What a value of the list means.
    pub(crate) name: &'static str,
    /// Words of a path that say so.
    hints: &'static [&'static str],
    /// Distinct values asked for without such a word: enough that chance would not find them all in the list.
    n_alone: usize,
    /// The words, separated by `|`.
    words: &'static str,
}

/// Lists with more words than this are not written into rules.
const MAX_LISTED: usize = 80;

impl CodeList {
    /// Returns the words of the list.
    pub(crate) fn words(&self) -> impl Iterator<Item = &'static str> {
        self.words.split('|')
    }

    /// Returns the words of a short list as texts for rules; they are the program's own, not those of the data.
    pub(crate) fn published(&self) -> Vec<Publishable> {
        let words: Vec<Publishable> = self.words().map(Publishable::vocabulary).collect();
        if words.len() > MAX_LISTED { Vec::new() } else { words }
    }

    /// Finds the list that holds nearly all distinct values.
    ///
    /// # Shapes and units
    ///
    /// At least two distinct values, exactly as they are spelled; 95 % of them must stand in the list.
    pub(crate) fn find(values: &[&str], words: &PathWords) -> Option<&'static Self> {
        let longest = values.iter().map(|value| value.len()).max().unwrap_or(0);
        if values.len() < 2 || longest > 60 {
            return None;
        }
        LISTS.iter().find(|list| {
            let hinted = words.own_has(list.hints);
            let is_missing = |value: &&&str| list.words().all(|word| word != **value);
            let most_missing = values.len() - (values.len() * 95).div_ceil(100);
            // A list that is not meant is given up at the first few values.
            (hinted || values.len() >= list.n_alone)
                && values.iter().filter(is_missing).take(most_missing + 1).count() <= most_missing
        })
    }
}

/// The lists, those of whole words first: a short code stands in several lists.
#[rustfmt::skip]
static LISTS: &[CodeList] = &[
    CodeList { name: "http_method", hints: &["method", "verb"], n_alone: 2,
        words: "GET|POST|PUT|DELETE|HEAD|OPTIONS|PATCH|TRACE|CONNECT|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK" },
    CodeList { name: "title", hints: &["title", "salutation", "courtesy", "prefix", "honorific"], n_alone: 2,
        words: "Mr.|Mrs.|Ms.|Dr.|Prof." },
    CodeList { name: "title", hints: &["title", "salutation", "courtesy", "prefix", "honorific"], n_alone: 2,
        words: "Mr|Mrs|Ms|Miss|Dr|Prof" },
    CodeList { name: "gender", hints: &["gender", "sex"], n_alone: 2, words: "female|male|other|unknown" },
    CodeList { name: "gender", hints: &["gender", "sex"], n_alone: 2, words: "Female|Male|Other|Unknown" },
    CodeList { name: "weekday", hints: &["day", "weekday"], n_alone: 2,
        words: "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday" },
    CodeList { name: "weekday", hints: &["day", "weekday"], n_alone: 2,
        words: "monday|tuesday|wednesday|thursday|friday|saturday|sunday" },
    CodeList { name: "weekday", hints: &["day", "weekday"], n_alone: 3, words: "Mon|Tue|Wed|Thu|Fri|Sat|Sun" },
    CodeList { name: "month", hints: &["month"], n_alone: 3,
        words: "January|February|March|April|May|June|July|August|September|October|November|December" },
    CodeList { name: "month", hints: &["month"], n_alone: 3, words: "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec" },
    CodeList { name: "log_level", hints: &["level", "severity", "loglevel"], n_alone: 2,
        words: "TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL" },
    CodeList { name: "log_level", hints: &["level", "severity", "loglevel"], n_alone: 2,
        words: "trace|debug|info|notice|warn|warning|error|critical|fatal" },
    CodeList { name: "continent", hints: &["continent"], n_alone: 3,
        words: "Africa|Antarctica|Asia|Europe|North America|Oceania|South America" },
    CodeList { name: "currency_code", hints: &["currency", "ccy", "curr"], n_alone: 3,
        words: "AED|AFN|ALL|AMD|ANG|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BGN|BHD|BIF|BMD|BND|BOB|BRL|BSD|BTN|BWP|BYN|BZD|CAD|CDF|CHF|CLP|CNY|COP|CRC|CUP|CVE|CZK|DJF|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|GIP|GMD|GNF|GTQ|GYD|HKD|HNL|HRK|HTG|HUF|IDR|ILS|INR|IQD|IRR|ISK|JMD|JOD|JPY|KES|KGS|KHR|KMF|KPW|KRW|KWD|KYD|KZT|LAK|LBP|LKR|LRD|LSL|LYD|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|OMR|PAB|PEN|PGK|PHP|PKR|PLN|PYG|QAR|RON|RSD|RUB|RWF|SAR|SBD|SCR|SDG|SEK|SGD|SHP|SLE|SLL|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TND|TOP|TRY|TTD|TWD|TZS|UAH|UGX|USD|UYU|UZS|VED|VES|VND|VUV|WST|XAF|XCD|XOF|XPF|YER|ZAR|ZMW|ZWL" },
    CodeList { name: "country_code", hints: &["country", "countrycode", "nation", "nationality", "iso"], n_alone: 3,
        words: "ABW|AFG|AGO|ALB|AND|ARE|ARG|ARM|ATG|AUS|AUT|AZE|BDI|BEL|BEN|BFA|BGD|BGR|BHR|BHS|BIH|BLR|BLZ|BMU|BOL|BRA|BRB|BRN|BTN|BWA|CAF|CAN|CHE|CHL|CHN|CIV|CMR|COD|COG|COL|COM|CPV|CRI|CUB|CYP|CZE|DEU|DJI|DMA|DNK|DOM|DZA|ECU|EGY|ERI|ESP|EST|ETH|FIN|FJI|FRA|FSM|GAB|GBR|GEO|GHA|GIN|GMB|GNB|GNQ|GRC|GRD|GTM|GUY|HKG|HND|HRV|HTI|HUN|IDN|IND|IRL|IRN|IRQ|ISL|ISR|ITA|JAM|JOR|JPN|KAZ|KEN|KGZ|KHM|KIR|KNA|KOR|KWT|LAO|LBN|LBR|LBY|LCA|LIE|LKA|LSO|LTU|LUX|LVA|MAC|MAR|MCO|MDA|MDG|MDV|MEX|MHL|MKD|MLI|MLT|MMR|MNE|MNG|MOZ|MRT|MUS|MWI|MYS|NAM|NER|NGA|NIC|NLD|NOR|NPL|NRU|NZL|OMN|PAK|PAN|PER|PHL|PLW|PNG|POL|PRI|PRK|PRT|PRY|PSE|QAT|ROU|RUS|RWA|SAU|SDN|SEN|SGP|SLB|SLE|SLV|SMR|SOM|SRB|SSD|STP|SUR|SVK|SVN|SWE|SWZ|SYC|SYR|TCD|TGO|THA|TJK|TKM|TLS|TON|TTO|TUN|TUR|TUV|TWN|TZA|UGA|UKR|URY|USA|UZB|VAT|VCT|VEN|VNM|VUT|WSM|YEM|ZAF|ZMB|ZWE" },
    CodeList { name: "us_state", hints: &["state", "province", "region", "statecode"], n_alone: 12,
        words: "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC|PR|GU|VI|AS|MP" },
    CodeList { name: "country_code", hints: &["country", "countrycode", "nation", "nationality", "iso", "geo"], n_alone: 16,
        words: "AD|AE|AF|AG|AI|AL|AM|AO|AQ|AR|AS|AT|AU|AW|AX|AZ|BA|BB|BD|BE|BF|BG|BH|BI|BJ|BL|BM|BN|BO|BQ|BR|BS|BT|BV|BW|BY|BZ|CA|CC|CD|CF|CG|CH|CI|CK|CL|CM|CN|CO|CR|CU|CV|CW|CX|CY|CZ|DE|DJ|DK|DM|DO|DZ|EC|EE|EG|EH|ER|ES|ET|FI|FJ|FK|FM|FO|FR|GA|GB|GD|GE|GF|GG|GH|GI|GL|GM|GN|GP|GQ|GR|GS|GT|GU|GW|GY|HK|HM|HN|HR|HT|HU|ID|IE|IL|IM|IN|IO|IQ|IR|IS|IT|JE|JM|JO|JP|KE|KG|KH|KI|KM|KN|KP|KR|KW|KY|KZ|LA|LB|LC|LI|LK|LR|LS|LT|LU|LV|LY|MA|MC|MD|ME|MF|MG|MH|MK|ML|MM|MN|MO|MP|MQ|MR|MS|MT|MU|MV|MW|MX|MY|MZ|NA|NC|NE|NF|NG|NI|NL|NO|NP|NR|NU|NZ|OM|PA|PE|PF|PG|PH|PK|PL|PM|PN|PR|PS|PT|PW|PY|QA|RE|RO|RS|RU|RW|SA|SB|SC|SD|SE|SG|SH|SI|SJ|SK|SL|SM|SN|SO|SR|SS|ST|SV|SX|SY|SZ|TC|TD|TF|TG|TH|TJ|TK|TL|TM|TN|TO|TR|TT|TV|TW|TZ|UA|UG|UM|US|UY|UZ|VA|VC|VE|VG|VI|VN|VU|WF|WS|YE|YT|ZA|ZM|ZW" },
    CodeList { name: "language_code", hints: &["language", "lang", "locale", "languagecode"], n_alone: 10,
        words: "aa|ab|af|ak|am|an|ar|as|av|ay|az|ba|be|bg|bi|bm|bn|bo|br|bs|ca|ce|ch|co|cr|cs|cu|cv|cy|da|de|dv|dz|ee|el|en|eo|es|et|eu|fa|ff|fi|fj|fo|fr|fy|ga|gd|gl|gn|gu|gv|ha|he|hi|ho|hr|ht|hu|hy|hz|ia|id|ie|ig|ii|ik|io|is|it|iu|ja|jv|ka|kg|ki|kj|kk|kl|km|kn|ko|kr|ks|ku|kv|kw|ky|la|lb|lg|li|ln|lo|lt|lu|lv|mg|mh|mi|mk|ml|mn|mr|ms|mt|my|na|nb|nd|ne|ng|nl|nn|no|nr|nv|ny|oc|oj|om|or|os|pa|pi|pl|ps|pt|qu|rm|rn|ro|ru|rw|sa|sc|sd|se|sg|si|sk|sl|sm|sn|so|sq|sr|ss|st|su|sv|sw|ta|te|tg|th|ti|tk|tl|tn|to|tr|ts|tt|tw|ty|ug|uk|ur|uz|ve|vi|vo|wa|wo|xh|yi|yo|za|zh|zu" },
    CodeList { name: "country", hints: &["country", "nation", "nationality", "countryname"], n_alone: 4,
        words: "Afghanistan|Albania|Algeria|Andorra|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahamas|Bahrain|Bangladesh|Barbados|Belarus|Belgium|Belize|Benin|Bhutan|Bolivia|Bosnia and Herzegovina|Botswana|Brazil|Brunei|Bulgaria|Burkina Faso|Burundi|Cambodia|Cameroon|Canada|Cape Verde|Central African Republic|Chad|Chile|China|Colombia|Comoros|Congo|Costa Rica|Croatia|Cuba|Cyprus|Czech Republic|Czechia|Denmark|Djibouti|Dominica|Dominican Republic|Ecuador|Egypt|El Salvador|England|Equatorial Guinea|Eritrea|Estonia|Eswatini|Ethiopia|Fiji|Finland|France|Gabon|Gambia|Georgia|Germany|Ghana|Greece|Grenada|Guatemala|Guinea|Guyana|Haiti|Honduras|Hong Kong|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Ivory Coast|Jamaica|Japan|Jordan|Kazakhstan|Kenya|Kiribati|Kosovo|Kuwait|Kyrgyzstan|Laos|Latvia|Lebanon|Lesotho|Liberia|Libya|Liechtenstein|Lithuania|Luxembourg|Macau|Madagascar|Malawi|Malaysia|Maldives|Mali|Malta|Mauritania|Mauritius|Mexico|Micronesia|Moldova|Monaco|Mongolia|Montenegro|Morocco|Mozambique|Myanmar|Namibia|Nauru|Nepal|Netherlands|New Zealand|Nicaragua|Niger|Nigeria|North Korea|North Macedonia|Northern Ireland|Norway|Oman|Pakistan|Palau|Palestine|Panama|Papua New Guinea|Paraguay|Peru|Philippines|Poland|Portugal|Puerto Rico|Qatar|Romania|Russia|Russian Federation|Rwanda|Samoa|San Marino|Saudi Arabia|Scotland|Senegal|Serbia|Seychelles|Sierra Leone|Singapore|Slovakia|Slovenia|Solomon Islands|Somalia|South Africa|South Korea|South Sudan|Spain|Sri Lanka|Sudan|Suriname|Sweden|Switzerland|Syria|Taiwan|Tajikistan|Tanzania|Thailand|Togo|Tonga|Trinidad and Tobago|Tunisia|Turkey|Turkmenistan|Tuvalu|UAE|UK|USA|Uganda|Ukraine|United Arab Emirates|United Kingdom|United States|United States of America|Uruguay|Uzbekistan|Vanuatu|Venezuela|Vietnam|Wales|Yemen|Zambia|Zimbabwe" },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_need_enough_values_or_a_word() {
        let check = |key: &str, values: &[&str], expected: Option<&str>| {
            let found = CodeList::find(values, &PathWords::new([key]));
            assert_eq!(found.map(|list| list.name), expected, "{key}");
        };
        check("verb", &["GET", "POST"], Some("http_method"));
        check("x", &["EUR", "USD", "CHF"], Some("currency_code"));
        check("x", &["DE", "FR", "US"], None);
        check("country", &["DE", "FR", "US"], Some("country_code"));
        check("state", &["CA", "NY", "GU"], Some("us_state"));
        check("lang", &["de", "en"], Some("language_code"));
        check("title", &["Mr.", "Dr."], Some("title"));
        check("title", &["Manager", "Clerk"], None);
        check("country", &["France", "Brazil", "UK"], Some("country"));
    }

    #[test]
    fn long_lists_are_not_published() {
        assert!(LISTS.iter().all(|list| list.published().len() <= MAX_LISTED));
        let countries = CodeList::find(&["France", "Spain"], &PathWords::new(["country"])).unwrap();
        assert!(countries.published().is_empty() && countries.words().count() > 150);
    }
}
