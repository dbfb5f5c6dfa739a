//! Table: words in the keys of paths, in many languages, lower-cased and without diacritics.

/// Keys of e-mail addresses.
#[rustfmt::skip]
pub(super) const EMAIL: &[&str] = &[
    "email", "mail", "correo", "courriel", "epost", "eposta", "mailto",
];

/// Keys of telephone numbers.
#[rustfmt::skip]
pub(super) const PHONE: &[&str] = &[
    "phone", "telephone", "tel", "mobile", "cell", "cellphone", "fax", "telefax", "msisdn", "whatsapp",
    "sms", "landline", "telefon", "telefono", "telefone", "telefoon", "telefonnummer", "rufnummer", "handy",
    "handynummer", "mobil", "mobilnummer", "mobiel", "movil", "celular", "fono", "fone", "portable",
    "cellulare", "puhelin", "matkapuhelin", "komorka", "mobitel", "gsm", "cep", "phonenumber", "phoneno",
    "contactno", "contactnumber", "contactphone", "callback", "caller", "callee", "dial", "телефон", "тел",
    "мобильныи", "τηλεφωνο", "κινητο", "电话", "手机", "手机号", "電話", "電話番号", "携帯", "전화", "전화번호", "휴대폰", "هاتف",
    "جوال", "फोन", "מספרטלפון", "טלפון", "numtel", "telno", "homephone", "workphone",
];

/// Keys of versions.
#[rustfmt::skip]
pub(super) const VERSION: &[&str] = &[
    "version", "versions", "ver", "firmware", "fw", "build", "release", "semver", "revision", "rev",
    "driver", "os", "agent", "sdk",
];

/// Keys of social security numbers.
#[rustfmt::skip]
pub(super) const SSN: &[&str] = &[
    "ssn", "socialsecurity", "socialsecuritynumber", "social", "sozialversicherung",
];

/// Keys of dates of birth.
#[rustfmt::skip]
pub(super) const BIRTH: &[&str] = &[
    "dob", "birth", "born", "birthday", "birthdate", "bday", "birthdt", "dateofbirth", "geb", "gebdat",
    "geboren", "geboorte", "geboortedatum", "nascimento", "nascita", "nacimiento", "nac", "nasc", "dtnasc",
    "fechanac", "naissance", "naiss", "ddn", "ne", "nele", "fodsel", "fodselsdato", "fodselsdag", "fodt",
    "fodelsedatum", "fodd", "syntymaaika", "syntynyt", "urodzenia", "urodzony", "dataur", "narozeni",
    "narozen", "narodenia", "szuletes", "szuletesi", "szul", "nasterii", "nastere", "dogum", "dogumtarihi",
    "rodjenja", "rodenja", "рождения", "рождение", "др", "народження", "γεννησης", "γεννηση", "生年月日", "誕生日",
    "出生日期", "出生", "生日", "생년월일", "생일", "ميلاد", "जन्म", "לידה", "ngaysinh", "lahir", "tanggallahir",
    "kelahiran",
];

/// Beginnings of keys of dates of birth.
#[rustfmt::skip]
pub(super) const BIRTH_STEMS: &[&str] = &[
    "birth", "geburt", "geboort", "naissanc", "nacimient", "nasciment", "nascit", "fodsel", "fodels",
    "syntym", "urodz", "naroz", "szulet", "dogum", "рожден", "народж", "γεννησ",
];

/// Beginnings of keys of passport numbers.
#[rustfmt::skip]
pub(super) const PASSPORT_STEMS: &[&str] = &[
    "passport", "pasaporte", "passaporto", "passaporte", "passeport", "reisepass", "paspoort", "paszport",
    "pasaport", "passnummer", "passnr", "passno", "utlevel", "cestovnipas", "diavatirio", "паспорт",
    "загранпаспорт", "διαβατηρι", "护照", "護照", "旅券", "パスポート", "여권", "جوازسفر", "جواز", "पासपोर्ट", "דרכון",
    "hochieu", "paspor", "putovnica", "pasos", "traveldoc", "traveldocument", "passi", "mrz",
];

/// Keys of numbers that a state gives to a person.
#[rustfmt::skip]
pub(super) const NATIONAL: &[&str] = &[
    "nationalid", "nationalidentifier", "nationalnumber", "nationalinsurance", "nationalinsurancenumber",
    "nino", "idcard", "idcardno", "idcardnumber", "identitycard", "identityno", "identitynumber",
    "identitydocument", "citizenid", "personalid", "personalnumber", "personnumber", "personnummer",
    "personalnumer", "personalausweis", "ausweis", "ausweisnummer", "govid", "governmentid", "cpf", "rg",
    "dni", "nie", "nif", "nuip", "cedula", "rut", "run", "curp", "rfc", "cuil", "cuit", "aadhaar", "aadhar",
    "uidai", "pan", "pannumber", "bsn", "burgerservicenummer", "cnp", "jmbg", "oib", "emso", "egn", "amka",
    "afm", "tckn", "tckimlik", "tckimlikno", "kimlik", "kimlikno", "codicefiscale", "fiscalcode", "cf",
    "steuerid", "steuernummer", "steueridentifikationsnummer", "idnr", "taxid", "taxpayerid", "tin", "itin",
    "sin", "nhs", "nhsnumber", "medicare", "medicarenumber", "hetu", "henkilotunnus", "fodselsnummer",
    "fnr", "cpr", "cprnr", "cprnummer", "rrn", "residentregistration", "mynumber", "pesel", "rodnecislo",
    "rc", "isikukood", "asmenskodas", "personaskods", "insee", "nir", "secu", "numerosecu",
    "securitesociale", "niss", "rijksregisternummer", "registrenational", "kennitala", "tajszam",
    "szemelyi", "szemelyiszam", "driverlicense", "driverslicense", "driverlicence", "driverslicence",
    "drivinglicence", "drivinglicense", "licenceno", "dlnumber", "fuhrerschein", "permis", "nric", "fin",
    "mykad", "nik", "ktp", "ppsn", "ppsnumber", "cccd", "cmnd", "emiratesid", "iqama", "hkid", "inn",
    "snils", "ahv", "avs", "ssid", "svnr", "инн", "снилс", "егн", "рнокпп", "身份证", "身份证号", "身分證", "マイナンバー",
    "個人番号", "주민등록번호", "주민번호", "αμκα", "αφμ", "αδτ", "आधार", "הויה", "תעודתזהות", "هوية", "الهوية",
    "رقمالهوية", "रास्ट्रीय",
];

/// Keys of postal addresses.
#[rustfmt::skip]
pub(super) const ADDRESS: &[&str] = &[
    "address", "addr", "street", "streetaddress", "addressline", "addresslines", "line", "strasse",
    "straße", "str", "anschrift", "adresse", "rue", "voie", "calle", "direccion", "domicilio", "via",
    "indirizzo", "endereco", "rua", "logradouro", "morada", "ulica", "adres", "straat", "straatnaam",
    "gata", "gatuadress", "adress", "katu", "osoite", "katuosoite", "gate", "gateadresse", "vej", "ulice",
    "utca", "cim", "lakcim", "strada", "adresa", "sokak", "mahalle", "residence", "domicile",
    "hausanschrift", "wohnort", "wohnadresse", "адрес", "улица", "адреса", "вулиця", "διευθυνση", "οδος",
    "住所", "地址", "주소", "عنوان", "العنوان", "पता", "כתובת", "diachi", "alamat", "postaladdress",
    "mailingaddress", "location", "office",
];

/// Keys of given names.
#[rustfmt::skip]
pub(super) const GIVEN: &[&str] = &[
    "firstname", "first", "fname", "givenname", "given", "forename", "christianname", "middlename",
    "vorname", "prenom", "prenoms", "nombredepila", "primernombre", "prenome", "primeironome", "voornaam",
    "fornavn", "fornamn", "tilltalsnamn", "etunimi", "imie", "jmeno", "krestnijmeno", "meno", "keresztnev",
    "utonev", "prenume", "ime", "isim", "имя", "отчество", "имa", "ім", "ονομα", "名", "名前", "이름",
    "الاسمالاول", "nickname", "petname", "givennames", "firstnames",
];

/// Keys of family names.
#[rustfmt::skip]
pub(super) const FAMILY: &[&str] = &[
    "lastname", "last", "lname", "surname", "familyname", "family", "maidenname", "nachname",
    "familienname", "zuname", "geburtsname", "nomdefamille", "nomfamille", "apellido", "apellidos",
    "primerapellido", "segundoapellido", "cognome", "sobrenome", "ultimonome", "apelido", "achternaam",
    "etternavn", "efternavn", "efternamn", "sukunimi", "nazwisko", "prijmeni", "priezvisko", "vezeteknev",
    "csaladnev", "numedefamilie", "prezime", "soyad", "soyadi", "soyisim", "фамилия", "прізвище", "επωνυμο",
    "姓", "名字", "氏", "성씨", "العائلة", "patronymic",
];

/// Keys of whole names.
#[rustfmt::skip]
pub(super) const FULL: &[&str] = &[
    "fullname", "personname", "realname", "legalname", "contactname", "customername", "employeename",
    "patientname", "displayname", "cardholder", "cardholdername", "holdername", "accountholder",
    "nameoncard", "nomcomplet", "nomprenom", "nombrecompleto", "nomecompleto", "nomeecognome", "nominativo",
    "nameundvorname", "vorundnachname", "volledigenaam", "fullstendignavn", "kokonimi", "imieinazwisko",
    "celejmeno", "teljesnev", "numecomplet", "adsoyad", "adisoyadi", "фио", "пиб", "ονοματεπωνυμο", "氏名",
    "姓名", "성명", "الاسمالكامل", "namn", "navn", "nimi", "naam", "nombre", "nombres", "nev", "nume", "名义人",
    "hoten", "hovaten", "officialfull", "signatory", "signedby", "kontoinhaber", "titulaire", "titular",
    "intestatario",
];

/// Keys that stand for persons.
#[rustfmt::skip]
pub(super) const ROLE: &[&str] = &[
    "person", "people", "customer", "client", "user", "patient", "employee", "contact", "recipient",
    "author", "authors", "owner", "holder", "passenger", "driver", "doctor", "nurse", "physician",
    "practitioner", "teacher", "student", "member", "assignee", "manager", "agent", "beneficiary",
    "consignee", "sender", "applicant", "guest", "guests", "player", "parent", "mother", "father", "spouse",
    "child", "witness", "attendee", "attendees", "reviewer", "reporter", "creator", "borrower", "tenant",
    "payer", "payee", "buyer", "seller", "traveler", "traveller", "candidate", "subscriber", "insured",
    "claimant", "debtor", "director", "representative", "supervisor", "staff", "participant", "subject",
    "resident", "citizen", "lawyer", "signer", "leader", "coach", "speaker", "host", "kunde", "kunden",
    "kundin", "mitarbeiter", "empfanger", "empfaenger", "ansprechpartner", "inhaber", "patienten",
    "schuler", "cliente", "clientes", "paciente", "empleado", "destinatario", "usuario", "alumno",
    "persona", "personas", "autor", "titular", "pasajero", "destinataire", "salarie", "employe",
    "proprietaire", "eleve", "personne", "passager", "utente", "paziente", "dipendente", "pessoa",
    "funcionario", "aluno", "klant", "medewerker", "ontvanger", "kund", "anstalld", "mottagare", "ansatt",
    "asiakas", "tyontekija", "vastaanottaja", "klient", "pracownik", "odbiorca", "pacjent", "zakaznik",
    "zamestnanec", "vevo", "ugyfel", "musteri", "calisan", "alici", "hasta", "ogrenci", "клиент",
    "сотрудник", "получатель", "пациент", "πελατης", "υπαλληλος", "顧客", "患者", "社員", "受取人", "担当者", "客户",
    "收件人", "联系人", "고객", "직원", "수신자", "العميل", "المستلم",
];

/// Keys whose values are named things, but no persons.
#[rustfmt::skip]
pub(super) const THING: &[&str] = &[
    "company", "companies", "organization", "organisation", "org", "orgs", "business", "employer",
    "corporation", "firm", "brand", "brands", "product", "products", "item", "items", "model", "make",
    "manufacturer", "vendor", "merchant", "store", "shop", "supplier", "suppliers", "shipper", "carrier",
    "airline", "airport", "city", "cities", "town", "village", "county", "state", "province", "region",
    "country", "countries", "continent", "territory", "place", "venue", "location", "municipality",
    "district", "neighborhood", "neighbourhood", "street", "road", "station", "stop", "port", "harbor",
    "river", "mountain", "island", "file", "filename", "folder", "path", "host", "hostname", "server",
    "domain", "device", "machine", "module", "package", "packages", "library", "project", "repo",
    "repository", "branch", "event", "events", "action", "type", "kind", "status", "category", "categories",
    "tag", "tags", "label", "department", "dept", "team", "group", "role", "title", "job", "position",
    "occupation", "profession", "industry", "sector", "school", "university", "college", "hospital", "bank",
    "party", "language", "currency", "color", "colour", "species", "breed", "plant", "animal", "disease",
    "drug", "medication", "genre", "album", "song", "track", "movie", "film", "book", "game", "channel",
    "playlist", "campaign", "template", "plan", "service", "feature", "metric", "table", "column", "field",
    "key", "code", "sku", "process", "application", "app", "browser", "os", "platform", "timezone", "zone",
    "unit", "month", "weekday", "day", "license", "licence", "protocol", "firma", "unternehmen",
    "entreprise", "societe", "empresa", "azienda", "ditta", "bedrijf", "foretag", "yritys", "sirket",
    "cegnev", "ville", "ciudad", "citta", "cidade", "stadt", "ort", "stad", "kaupunki", "miasto", "mesto",
    "varos", "oras", "sehir", "pays", "pais", "paese", "land", "produit", "producto", "prodotto", "produto",
    "produkt", "marke", "marque", "marca", "компания", "город", "страна", "продукт", "товар", "会社", "会社名",
    "都市", "国", "公司", "城市", "产品", "회사", "도시", "제품",
];

/// Keys of account names.
#[rustfmt::skip]
pub(super) const USERNAME: &[&str] = &[
    "username", "usernames", "login", "loginname", "userlogin", "screenname", "accountname",
    "samaccountname", "benutzername", "nomutilisateur", "nomdutilisateur", "identifiant", "nombreusuario",
    "nombredeusuario", "nomeutente", "gebruikersnaam", "anvandarnamn", "brukernavn", "kayttajatunnus",
    "kullaniciadi",
];

/// Keys of passwords, keys and tokens.
#[rustfmt::skip]
pub(super) const SECRET: &[&str] = &[
    "password", "passwd", "pwd", "passphrase", "secret", "secrets", "token", "tokens", "apikey",
    "accesskey", "privatekey", "secretkey", "authkey", "clientsecret", "credential", "credentials", "auth",
    "authorization", "bearer", "jwt", "otp", "pin", "cvv", "cvc", "signingkey", "encryptionkey",
    "sessionkey", "licensekey", "kennwort", "passwort", "motdepasse", "mdp", "contrasena", "clave", "senha",
    "parola", "wachtwoord", "losenord", "passord", "salasana", "haslo", "heslo", "jelszo", "sifre",
    "пароль", "密码", "パスワード", "비밀번호", "webhooksecret", "refreshtoken", "accesstoken", "idtoken",
    "sessiontoken", "authtoken",
];

/// Keys of postal codes.
#[rustfmt::skip]
pub(super) const POSTAL: &[&str] = &[
    "postal", "postalcode", "postcode", "zip", "zipcode", "plz", "postleitzahl", "codepostal", "cp", "codigopostal",
    "cep", "cap", "codicepostale", "postnummer", "postnr", "postinumero", "kodpocztowy", "psc", "iranyitoszam",
    "postakodu", "pincode", "eircode", "индекс", "郵便番号", "邮编", "우편번호",
];

/// Keys of cities.
#[rustfmt::skip]
pub(super) const CITY: &[&str] = &[
    "city", "town", "village", "municipality", "locality", "suburb", "ville", "ciudad", "citta", "cidade", "stadt",
    "ort", "stad", "kaupunki", "miasto", "mesto", "varos", "oras", "sehir", "город", "都市", "城市", "도시",
];

/// Keys of genders.
#[rustfmt::skip]
pub(super) const GENDER: &[&str] = &[
    "gender", "sex", "geschlecht", "sexe", "genre", "sexo", "genero", "sesso", "genere", "geslacht", "kon", "kjonn",
    "sukupuoli", "plec", "pohlavi", "nem", "cinsiyet", "пол", "性別", "性别", "성별",
];

/// Words for genders.
#[rustfmt::skip]
pub(super) const GENDERS: &[&str] = &[
    "f", "m", "x", "u", "o", "w", "d", "male", "female", "man", "woman", "men", "women", "other", "unknown", "diverse",
    "nonbinary", "non-binary", "non_binary", "undisclosed", "prefer not to say", "mannlich", "weiblich", "divers",
    "homme", "femme", "hombre", "mujer", "masculino", "femenino", "feminino", "maschio", "femmina", "man", "vrouw",
];

/// Keys of pages of persons.
#[rustfmt::skip]
pub(super) const PAGE: &[&str] = &[
    "url", "website", "homepage", "site", "web", "webpage", "page", "blog", "link", "profile", "rss", "form", "social",
    "twitter", "facebook", "linkedin", "instagram", "youtube", "github", "mastodon", "avatar", "photo", "picture",
    "portfolio",
];

/// Keys of objects that list identifiers.
#[rustfmt::skip]
pub(super) const IDENTIFIERS: &[&str] = &[
    "id", "ids", "identifier", "identifiers", "externalid", "externalids", "registrations",
];

/// Keys that name persons or their accounts, as far as the form of the values agrees.
#[rustfmt::skip]
pub(super) const ACCOUNT: &[&str] = &[
    "user", "users", "userid", "account", "principal", "client", "cname", "login", "logon", "subject", "owner", "caller",
    "actor", "operator", "identity", "createdby", "modifiedby", "runas", "sid",
];

/// Keys of names of hosts.
#[rustfmt::skip]
pub(super) const HOST: &[&str] = &[
    "host", "hosts", "hostname", "hostnames", "computer", "computername", "machine", "machinename", "workstation",
    "workstationname", "fqdn", "netbios", "nodename", "query", "qname", "rrname", "dnsname", "rdns", "reversedns",
];
