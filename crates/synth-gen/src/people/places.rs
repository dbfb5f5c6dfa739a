//! Table: countries with the form of their addresses and telephone numbers, and some of their cities.
//!
//! Public geographic knowledge, written down for this project. `#` stands for a digit and `A` for a letter. Telephone
//! numbers lie in ranges that are reserved for fiction where a country has such (North America: 555-0100 to 555-0199;
//! Ofcom 2021, Telephone numbers for use in TV and radio drama programmes; ACMA, Phone numbers for use in TV shows,
//! films and creative works; ARCEP decision 2012-0856; Bundesnetzagentur, Verfügung 25/2006; PTS, Telefonnummer för
//! användning i böcker och filmer); elsewhere the subscriber's number starts with 0, which no plan issues.

/// A country.
#[derive(Debug)]
pub(super) struct Country {
    /// Two letters and three letters of ISO 3166-1.
    pub(super) codes: [&'static str; 2],
    /// Names, the English one first, in lists by commas.
    pub(super) names: &'static str,
    pub(super) locale: &'static str,
    pub(super) culture: &'static str,
    /// Telephone numbers, in a list by commas.
    pub(super) phones: &'static str,
    /// Region, its code, a city, and its postal codes, in lists by strokes; one line each.
    pub(super) cities: &'static str,
}

/// The countries; the first of a locale is the locale's own.
pub(super) const COUNTRIES: [Country; 32] = [
    Country {
        codes: ["US", "USA"],
        names: "United States,USA,US,United States of America,America,U.S.,U.S.A.",
        locale: "en_US",
        culture: "en",
        phones: "+1-2##-555-01##,+1-3##-555-01##,+1-4##-555-01##,+1-5##-555-01##,+1-6##-555-01##,+1-7##-555-01##",
        cities: "\
New York|NY|New York|100##\nNew York|NY|Buffalo|142##\nNew York|NY|Albany|122##\nCalifornia|CA|Los Angeles|900##\nCalifornia|CA|San Diego|921##\nCalifornia|CA|San Francisco|941##\nCalifornia|CA|Sacramento|958##\nTexas|TX|Houston|770##\nTexas|TX|Dallas|752##\nTexas|TX|Austin|787##\nFlorida|FL|Miami|331##\nFlorida|FL|Orlando|328##\nFlorida|FL|Tampa|336##\nIllinois|IL|Chicago|606##\nIllinois|IL|Springfield|627##\nPennsylvania|PA|Philadelphia|191##\nPennsylvania|PA|Pittsburgh|152##\nOhio|OH|Columbus|432##\nOhio|OH|Cleveland|441##\nGeorgia|GA|Atlanta|303##\nNorth Carolina|NC|Charlotte|282##\nNorth Carolina|NC|Raleigh|276##\nMichigan|MI|Detroit|482##\nMichigan|MI|Lansing|489##\nNew Jersey|NJ|Newark|071##\nNew Jersey|NJ|Trenton|086##\nVirginia|VA|Richmond|232##\nWashington|WA|Seattle|981##\nWashington|WA|Spokane|992##\nArizona|AZ|Phoenix|850##\nArizona|AZ|Tucson|857##\nMassachusetts|MA|Boston|021##\nMassachusetts|MA|Worcester|016##\nMassachusetts|MA|Lowell|018##\nTennessee|TN|Nashville|372##\nTennessee|TN|Memphis|381##\nIndiana|IN|Indianapolis|462##\nMissouri|MO|Kansas City|641##\nMissouri|MO|St. Louis|631##\nMaryland|MD|Baltimore|212##\nWisconsin|WI|Milwaukee|532##\nWisconsin|WI|Madison|537##\nColorado|CO|Denver|802##\nMinnesota|MN|Minneapolis|554##\nSouth Carolina|SC|Charleston|294##\nAlabama|AL|Huntsville|358##\nLouisiana|LA|New Orleans|701##\nKentucky|KY|Louisville|402##\nOregon|OR|Portland|972##\nOklahoma|OK|Tulsa|741##\nConnecticut|CT|Hartford|061##\nUtah|UT|Salt Lake City|841##\nIowa|IA|Des Moines|503##\nNevada|NV|Las Vegas|891##\nArkansas|AR|Little Rock|722##\nMississippi|MS|Jackson|392##\nKansas|KS|Wichita|672##\nNew Mexico|NM|Albuquerque|871##\nNebraska|NE|Omaha|681##\nIdaho|ID|Boise|837##\nWest Virginia|WV|Huntington|257##\nHawaii|HI|Honolulu|968##\nNew Hampshire|NH|Nashua|0306#\nMaine|ME|Bangor|044##\nMontana|MT|Billings|591##\nRhode Island|RI|Providence|029##\nDelaware|DE|Wilmington|198##\nSouth Dakota|SD|Sioux Falls|571##\nNorth Dakota|ND|Fargo|581##\nAlaska|AK|Anchorage|995##\nVermont|VT|Burlington|054##\nWyoming|WY|Cheyenne|820##\nDistrict of Columbia|DC|Washington|200##",
    },
    Country {
        codes: ["GB", "GBR"],
        names: "United Kingdom,UK,Great Britain,GB,England",
        locale: "en_GB",
        culture: "en",
        phones: "+44 20 7946 0###,+44 121 496 0###,+44 161 496 0###,+44 113 496 0###,+44 131 496 0###,+44 7700 900###",
        cities: "\
England|ENG|London|SW# #AA\nEngland|ENG|London|N## #AA\nEngland|ENG|Manchester|M# #AA\nEngland|ENG|Birmingham|B## #AA\nEngland|ENG|Leeds|LS# #AA\nEngland|ENG|Liverpool|L# #AA\nEngland|ENG|Bristol|BS# #AA\nEngland|ENG|Sheffield|S## #AA\nEngland|ENG|Newcastle upon Tyne|NE# #AA\nEngland|ENG|Nottingham|NG# #AA\nEngland|ENG|Oxford|OX# #AA\nEngland|ENG|Cambridge|CB# #AA\nScotland|SCT|Edinburgh|EH# #AA\nScotland|SCT|Glasgow|G## #AA\nScotland|SCT|Aberdeen|AB## #AA\nWales|WLS|Cardiff|CF## #AA\nWales|WLS|Swansea|SA# #AA\nNorthern Ireland|NIR|Belfast|BT# #AA",
    },
    Country {
        codes: ["DE", "DEU"],
        names: "Germany,Deutschland,Allemagne",
        locale: "de_DE",
        culture: "de",
        phones: "+49 30 23125 ###,+49 69 90009 ###,+49 40 66969 ###,+49 221 4710 ###,+49 89 99998 ###",
        cities: "\
Berlin|BE|Berlin|10###\nHamburg|HH|Hamburg|20###\nBayern|BY|München|80###\nBayern|BY|Nürnberg|904##\nBayern|BY|Augsburg|861##\nNordrhein-Westfalen|NW|Köln|506##\nNordrhein-Westfalen|NW|Düsseldorf|402##\nNordrhein-Westfalen|NW|Dortmund|441##\nNordrhein-Westfalen|NW|Essen|451##\nNordrhein-Westfalen|NW|Münster|481##\nHessen|HE|Frankfurt am Main|603##\nHessen|HE|Kassel|341##\nBaden-Württemberg|BW|Stuttgart|701##\nBaden-Württemberg|BW|Mannheim|681##\nBaden-Württemberg|BW|Freiburg|791##\nSachsen|SN|Leipzig|041##\nSachsen|SN|Dresden|010##\nNiedersachsen|NI|Hannover|301##\nNiedersachsen|NI|Braunschweig|381##\nBremen|HB|Bremen|281##\nRheinland-Pfalz|RP|Mainz|551##\nThüringen|TH|Erfurt|990##\nSachsen-Anhalt|ST|Magdeburg|391##\nBrandenburg|BB|Potsdam|144##\nSchleswig-Holstein|SH|Kiel|241##\nMecklenburg-Vorpommern|MV|Rostock|180##\nSaarland|SL|Saarbrücken|661##",
    },
    Country {
        codes: ["FR", "FRA"],
        names: "France,Frankreich",
        locale: "fr_FR",
        culture: "fr",
        phones: "+33 1 99 00 ## ##,+33 2 61 91 ## ##,+33 3 53 01 ## ##,+33 4 65 71 ## ##,+33 5 36 49 ## ##,+33 6 39 98 ## ##",
        cities: "\
Île-de-France|IDF|Paris|750##\nAuvergne-Rhône-Alpes|ARA|Lyon|6900#\nAuvergne-Rhône-Alpes|ARA|Grenoble|380##\nProvence-Alpes-Côte d'Azur|PAC|Marseille|130##\nProvence-Alpes-Côte d'Azur|PAC|Nice|06#00\nOccitanie|OCC|Toulouse|31#00\nOccitanie|OCC|Montpellier|340##\nPays de la Loire|PDL|Nantes|44#00\nGrand Est|GES|Strasbourg|67#00\nGrand Est|GES|Reims|51#00\nNouvelle-Aquitaine|NAQ|Bordeaux|33#00\nHauts-de-France|HDF|Lille|59#00\nBretagne|BRE|Rennes|35#00\nBretagne|BRE|Brest|29#00\nNormandie|NOR|Rouen|76#00\nBourgogne-Franche-Comté|BFC|Dijon|21#00\nCentre-Val de Loire|CVL|Tours|37#00",
    },
    Country {
        codes: ["ES", "ESP"],
        names: "Spain,España,Espagne",
        locale: "es_ES",
        culture: "es",
        phones: "+34 91 0## ## ##,+34 93 0## ## ##,+34 95 0## ## ##,+34 96 0## ## ##",
        cities: "\
Madrid|MD|Madrid|280##\nCataluña|CT|Barcelona|080##\nComunidad Valenciana|VC|Valencia|460##\nComunidad Valenciana|VC|Alicante|030##\nAndalucía|AN|Sevilla|410##\nAndalucía|AN|Málaga|290##\nAndalucía|AN|Granada|180##\nAragón|AR|Zaragoza|500##\nPaís Vasco|PV|Bilbao|480##\nGalicia|GA|A Coruña|150##\nCastilla y León|CL|Valladolid|470##\nMurcia|MC|Murcia|300##",
    },
    Country {
        codes: ["IT", "ITA"],
        names: "Italy,Italia,Italie",
        locale: "it_IT",
        culture: "it",
        phones: "+39 06 0######,+39 02 0######,+39 081 0#####,+39 011 0#####",
        cities: "\
Lazio|LAZ|Roma|001##\nLombardia|LOM|Milano|201##\nLombardia|LOM|Bergamo|2412#\nLombardia|LOM|Brescia|251##\nCampania|CAM|Napoli|801##\nPiemonte|PIE|Torino|101##\nSicilia|SIC|Palermo|901##\nSicilia|SIC|Catania|951##\nLiguria|LIG|Genova|161##\nEmilia-Romagna|EMR|Bologna|401##\nEmilia-Romagna|EMR|Parma|431##\nEmilia-Romagna|EMR|Reggio Emilia|421##\nToscana|TOS|Firenze|501##\nVeneto|VEN|Venezia|301##\nVeneto|VEN|Verona|371##\nPuglia|PUG|Bari|701##",
    },
    Country {
        codes: ["NL", "NLD"],
        names: "Netherlands,Nederland,The Netherlands,Holland",
        locale: "nl_NL",
        culture: "nl",
        phones: "+31 20 0######,+31 10 0######,+31 30 0######,+31 70 0######",
        cities: "\
Noord-Holland|NH|Amsterdam|10## AA\nNoord-Holland|NH|Haarlem|20## AA\nZuid-Holland|ZH|Rotterdam|30## AA\nZuid-Holland|ZH|Den Haag|25## AA\nUtrecht|UT|Utrecht|35## AA\nNoord-Brabant|NB|Eindhoven|56## AA\nNoord-Brabant|NB|Tilburg|50## AA\nGroningen|GR|Groningen|97## AA\nGelderland|GE|Nijmegen|65## AA\nLimburg|LI|Maastricht|62## AA",
    },
    Country {
        codes: ["CA", "CAN"],
        names: "Canada,Kanada",
        locale: "en_CA",
        culture: "en",
        phones: "+1-416-555-01##,+1-514-555-01##,+1-604-555-01##,+1-403-555-01##,+1-613-555-01##,+1-902-555-01##",
        cities: "\
Ontario|ON|Toronto|M#A #A#\nOntario|ON|Ottawa|K#A #A#\nOntario|ON|Kitchener|N#A #A#\nQuebec|QC|Montréal|H#A #A#\nQuebec|QC|Québec|G#A #A#\nBritish Columbia|BC|Vancouver|V#A #A#\nBritish Columbia|BC|Victoria|V#A #A#\nAlberta|AB|Calgary|T#A #A#\nAlberta|AB|Edmonton|T#A #A#\nManitoba|MB|Winnipeg|R#A #A#\nNova Scotia|NS|Halifax|B#A #A#\nSaskatchewan|SK|Regina|S#A #A#",
    },
    Country {
        codes: ["AU", "AUS"],
        names: "Australia,Australien",
        locale: "en_AU",
        culture: "en",
        phones: "+61 2 5550 ####,+61 3 5550 ####,+61 7 5550 ####,+61 8 5550 ####",
        cities: "\
New South Wales|NSW|Sydney|20##\nNew South Wales|NSW|Newcastle|23##\nVictoria|VIC|Melbourne|30##\nVictoria|VIC|Geelong|32##\nQueensland|QLD|Brisbane|40##\nQueensland|QLD|Cairns|487#\nWestern Australia|WA|Perth|60##\nSouth Australia|SA|Adelaide|50##\nTasmania|TAS|Hobart|70##\nAustralian Capital Territory|ACT|Canberra|26##",
    },
    Country {
        codes: ["BR", "BRA"],
        names: "Brazil,Brasil,Brasilien",
        locale: "pt_BR",
        culture: "pt",
        phones: "+55 11 0###-####,+55 21 0###-####,+55 31 0###-####,+55 41 0###-####",
        cities: "\
São Paulo|SP|São Paulo|01###-###\nSão Paulo|SP|Campinas|13###-###\nSão Paulo|SP|Resende|12###-###\nRio de Janeiro|RJ|Rio de Janeiro|20###-###\nMinas Gerais|MG|Belo Horizonte|30###-###\nBahia|BA|Salvador|40###-###\nParaná|PR|Curitiba|80###-###\nRio Grande do Sul|RS|Porto Alegre|90###-###\nPernambuco|PE|Recife|50###-###\nCeará|CE|Fortaleza|60###-###\nDistrito Federal|DF|Brasília|70###-###",
    },
    Country {
        codes: ["MX", "MEX"],
        names: "Mexico,México,Mexiko",
        locale: "es_MX",
        culture: "es",
        phones: "+52 55 0### ####,+52 33 0### ####,+52 81 0### ####",
        cities: "\
Ciudad de México|CMX|Ciudad de México|0####\nCiudad de México|CMX|México D.F.|0####\nJalisco|JAL|Guadalajara|44###\nNuevo León|NLE|Monterrey|64###\nPuebla|PUE|Puebla|72###\nGuanajuato|GUA|León|37###\nYucatán|YUC|Mérida|97###\nBaja California|BCN|Tijuana|22###",
    },
    Country {
        codes: ["JP", "JPN"],
        names: "Japan,日本",
        locale: "ja_JP",
        culture: "ja",
        phones: "+81 3-0###-####,+81 6-0###-####,+81 52-0##-####",
        cities: "\
東京都|13|千代田区|100-00##\n東京都|13|新宿区|160-00##\n大阪府|27|大阪市|530-00##\n愛知県|23|名古屋市|460-00##\n北海道|01|札幌市|060-00##\n福岡県|40|福岡市|810-00##\n京都府|26|京都市|600-80##\n神奈川県|14|横浜市|220-00##",
    },
    Country {
        codes: ["CN", "CHN"],
        names: "China,中国",
        locale: "zh_CN",
        culture: "zh",
        phones: "+86 10 0### ####,+86 21 0### ####,+86 20 0### ####",
        cities: "\
北京市|BJ|北京|1000##\n上海市|SH|上海|2000##\n广东省|GD|广州|5100##\n广东省|GD|深圳|5180##\n四川省|SC|成都|6100##\n浙江省|ZJ|杭州|3100##\n湖北省|HB|武汉|4300##\n江苏省|JS|南京|2100##",
    },
    Country {
        codes: ["IN", "IND"],
        names: "India,Bharat,Indien",
        locale: "en_IN",
        culture: "in",
        phones: "+91 11 0### ####,+91 22 0### ####,+91 80 0### ####",
        cities: "\
Delhi|DL|New Delhi|1100##\nMaharashtra|MH|Mumbai|4000##\nMaharashtra|MH|Pune|4110##\nKarnataka|KA|Bengaluru|5600##\nTamil Nadu|TN|Chennai|6000##\nTelangana|TG|Hyderabad|5000##\nWest Bengal|WB|Kolkata|7000##\nGujarat|GJ|Ahmedabad|3800##\nRajasthan|RJ|Jaipur|3020##",
    },
    Country {
        codes: ["SE", "SWE"],
        names: "Sweden,Sverige,Schweden",
        locale: "sv_SE",
        culture: "sv",
        phones: "+46 8-465 004 ##,+46 31-390 06 ##,+46 40-628 04 ##",
        cities: "\
Stockholms län|AB|Stockholm|11# ##\nVästra Götalands län|O|Göteborg|41# ##\nSkåne län|M|Malmö|21# ##\nUppsala län|C|Uppsala|75# ##\nNorrbottens län|BD|Luleå|97# ##\nÖstergötlands län|E|Linköping|58# ##\nSkåne län|M|Helsingborg|25# ##",
    },
    Country {
        codes: ["PL", "POL"],
        names: "Poland,Polska,Polen",
        locale: "pl_PL",
        culture: "pl",
        phones: "+48 22 0## ## ##,+48 12 0## ## ##,+48 71 0## ## ##",
        cities: "\
Mazowieckie|MZ|Warszawa|00-###\nMałopolskie|MA|Kraków|30-###\nDolnośląskie|DS|Wrocław|50-###\nPomorskie|PM|Gdańsk|80-###\nWielkopolskie|WP|Poznań|60-###\nŁódzkie|LD|Łódź|90-###",
    },
    Country {
        codes: ["PT", "PRT"],
        names: "Portugal",
        locale: "pt_PT",
        culture: "pt",
        phones: "+351 21 0## ####,+351 22 0## ####,+351 239 0## ###",
        cities: "\
Lisboa|11|Lisboa|1###-###\nPorto|13|Porto|4###-###\nBraga|03|Braga|47##-###\nCoimbra|06|Coimbra|30##-###\nFaro|08|Faro|8000-###\nSetúbal|15|Setúbal|29##-###",
    },
    Country {
        codes: ["TR", "TUR"],
        names: "Turkey,Türkiye,Türkei",
        locale: "tr_TR",
        culture: "tr",
        phones: "+90 212 0## ## ##,+90 312 0## ## ##,+90 232 0## ## ##",
        cities: "\
İstanbul|34|İstanbul|34###\nAnkara|06|Ankara|06###\nİzmir|35|İzmir|35###\nBursa|16|Bursa|16###\nAntalya|07|Antalya|07###\nAdana|01|Adana|01###",
    },
    Country {
        codes: ["AT", "AUT"],
        names: "Austria,Österreich",
        locale: "de_AT",
        culture: "de",
        phones: "+43 1 0######,+43 316 0#####,+43 662 0#####",
        cities: "\
Wien|9|Wien|10#0\nSteiermark|6|Graz|80#0\nSalzburg|5|Salzburg|50#0\nTirol|7|Innsbruck|60#0\nOberösterreich|4|Linz|40#0\nKärnten|2|Klagenfurt|90#0",
    },
    Country {
        codes: ["CH", "CHE"],
        names: "Switzerland,Schweiz,Suisse,Svizzera",
        locale: "de_CH",
        culture: "de",
        phones: "+41 44 0## ## ##,+41 31 0## ## ##,+41 61 0## ## ##",
        cities: "\
Zürich|ZH|Zürich|80##\nBern|BE|Bern|30##\nBasel-Stadt|BS|Basel|40##\nLuzern|LU|Luzern|60##\nGenève|GE|Genève|12##\nVaud|VD|Lausanne|10##\nSt. Gallen|SG|St. Gallen|90##",
    },
    Country {
        codes: ["BE", "BEL"],
        names: "Belgium,België,Belgique,Belgien",
        locale: "nl_BE",
        culture: "nl",
        phones: "+32 2 0## ## ##,+32 3 0## ## ##,+32 9 0## ## ##",
        cities: "\
Brussel|BRU|Brussel|10##\nAntwerpen|VAN|Antwerpen|20##\nOost-Vlaanderen|VOV|Gent|90##\nWest-Vlaanderen|VWV|Brugge|80##\nHainaut|WHT|Charleroi|60##\nLiège|WLG|Liège|40##",
    },
    Country {
        codes: ["IE", "IRL"],
        names: "Ireland,Éire,Irland",
        locale: "en_IE",
        culture: "en",
        phones: "+353 20 91# ####",
        cities: "\
Dublin|D|Dublin|D0# AA##\nCork|CO|Cork|T12 AA##\nGalway|G|Galway|H91 AA##\nLimerick|LK|Limerick|V94 AA##\nWaterford|WD|Waterford|X91 AA##",
    },
    Country {
        codes: ["DK", "DNK"],
        names: "Denmark,Danmark,Dänemark",
        locale: "da_DK",
        culture: "da",
        phones: "+45 0# ## ## ##",
        cities: "\
Hovedstaden|84|København|1###\nMidtjylland|82|Aarhus|80##\nSyddanmark|83|Odense|50##\nNordjylland|81|Aalborg|90##\nSjælland|85|Roskilde|4000",
    },
    Country {
        codes: ["NO", "NOR"],
        names: "Norway,Norge,Norwegen",
        locale: "nb_NO",
        culture: "da",
        phones: "+47 0# ## ## ##",
        cities: "\
Oslo|03|Oslo|01##\nVestland|46|Bergen|50##\nTrøndelag|50|Trondheim|70##\nRogaland|11|Stavanger|40##\nTroms|55|Tromsø|90##",
    },
    Country {
        codes: ["FI", "FIN"],
        names: "Finland,Suomi,Finnland",
        locale: "fi_FI",
        culture: "fi",
        phones: "+358 9 0### ####,+358 3 0### ####",
        cities: "\
Uusimaa|18|Helsinki|00#00\nUusimaa|18|Espoo|02#00\nPirkanmaa|11|Tampere|33#00\nVarsinais-Suomi|19|Turku|20#00\nPohjois-Pohjanmaa|14|Oulu|90#00",
    },
    Country {
        codes: ["AR", "ARG"],
        names: "Argentina,Argentinien",
        locale: "es_AR",
        culture: "es",
        phones: "+54 11 0###-####,+54 351 0##-####",
        cities: "\
Buenos Aires|B|Buenos Aires|10##\nBuenos Aires|B|La Plata|19##\nCórdoba|X|Córdoba|50##\nSanta Fe|S|Rosario|20##\nMendoza|M|Mendoza|55##",
    },
    Country {
        codes: ["CO", "COL"],
        names: "Colombia,Kolumbien",
        locale: "es_CO",
        culture: "es",
        phones: "+57 601 0######,+57 604 0######",
        cities: "\
Bogotá|DC|Bogotá|11####\nAntioquia|ANT|Medellín|05####\nValle del Cauca|VAC|Cali|76####\nAtlántico|ATL|Barranquilla|08####",
    },
    Country {
        codes: ["CL", "CHL"],
        names: "Chile",
        locale: "es_CL",
        culture: "es",
        phones: "+56 2 0### ####,+56 32 0## ####",
        cities: "\
Región Metropolitana|RM|Santiago|83#####\nValparaíso|VS|Valparaíso|23#####\nBiobío|BI|Concepción|40#####",
    },
    Country {
        codes: ["VE", "VEN"],
        names: "Venezuela",
        locale: "es_VE",
        culture: "es",
        phones: "+58 212 0##-####,+58 261 0##-####",
        cities: "\
Distrito Capital|A|Caracas|10##\nZulia|V|Maracaibo|40##\nLara|K|Barquisimeto|30##\nAragua|D|Maracay|21##\nTáchira|S|San Cristóbal|50##",
    },
    Country {
        codes: ["NZ", "NZL"],
        names: "New Zealand,Aotearoa,Neuseeland",
        locale: "en_NZ",
        culture: "en",
        phones: "+64 9 0## ####,+64 4 0## ####",
        cities: "\
Auckland|AUK|Auckland|10##\nWellington|WGN|Wellington|60##\nCanterbury|CAN|Christchurch|80##\nOtago|OTA|Dunedin|90##\nWaikato|WKO|Hamilton|32##",
    },
    Country {
        codes: ["ZA", "ZAF"],
        names: "South Africa,Südafrika",
        locale: "en_ZA",
        culture: "en",
        phones: "+27 11 0## ####,+27 21 0## ####",
        cities: "\
Gauteng|GP|Johannesburg|20##\nGauteng|GP|Pretoria|00##\nWestern Cape|WC|Cape Town|80##\nKwaZulu-Natal|KZN|Durban|40##\nEastern Cape|EC|Gqeberha|60##",
    },
    Country {
        codes: ["SG", "SGP"],
        names: "Singapore,Singapur",
        locale: "en_SG",
        culture: "en",
        phones: "+65 0### ####",
        cities: "\
Singapore|SG|Singapore|0#####\nSingapore|SG|Jurong|6#####",
    },
];
