//! Table: given and family names, forms of address and streets by culture.
//!
//! Common names written down for this project. A name in another script than Latin has its Latin spelling behind a
//! stroke.

/// What people of one culture are called and where they live.
#[derive(Debug)]
pub(super) struct Culture {
    pub(super) women: &'static str,
    pub(super) men: &'static str,
    pub(super) families: &'static str,
    /// Forms of address of women and men.
    pub(super) titles: [&'static str; 2],
    /// The family name stands first; what stands between it and the given name.
    pub(super) family_first: Option<&'static str>,
    pub(super) streets: &'static str,
    /// A street line: `{n}` is the number, `{street}` a street.
    pub(super) street_line: &'static str,
}

const ENGLISH_STREETS: &str = "Oak Street,Maple Avenue,Church Road,Station Road,Park Lane,Mill Road,High Street,Elm Street,Cedar Drive,Washington Avenue,Lake View Drive,Hill Street,School Lane,Victoria Road,Green Lane,Chestnut Street,River Road,Sunset Boulevard,Pine Street,Meadow Lane,Kings Road,Walnut Street,Queen Street,Willow Way,Broadway,North Street,Spring Street,Highland Avenue,Forest Drive,Bridge Street";

/// Cultures by name; a country names its own.
pub(super) const CULTURES: [(&str, Culture); 15] = [
    (
        "en",
        Culture {
            women: "Emma,Olivia,Mary,Patricia,Jennifer,Linda,Elizabeth,Barbara,Susan,Jessica,Sarah,Karen,Lisa,Nancy,Betty,Sandra,Margaret,Ashley,Kimberly,Emily,Donna,Michelle,Carol,Amanda,Melissa,Deborah,Stephanie,Rebecca,Laura,Helen,Sharon,Cynthia,Kathleen,Amy,Angela,Shirley,Anna,Ruth,Brenda,Pamela,Nicole,Katherine,Samantha,Christine,Catherine,Rachel,Heather,Maria,Diane,Julie,Joyce,Grace,Alice,Judith,Hannah,Megan,Chloe,Sophie,Lucy,Charlotte",
            men: "James,Robert,John,Michael,David,William,Richard,Joseph,Thomas,Christopher,Charles,Daniel,Matthew,Anthony,Mark,Donald,Steven,Andrew,Paul,Joshua,Kenneth,Kevin,Brian,George,Timothy,Ronald,Jason,Edward,Jeffrey,Ryan,Jacob,Gary,Nicholas,Eric,Jonathan,Stephen,Larry,Justin,Scott,Brandon,Benjamin,Samuel,Gregory,Alexander,Patrick,Frank,Raymond,Jack,Dennis,Jerry,Tyler,Aaron,Henry,Adam,Peter,Nathan,Harry,Oliver,Liam,Simon",
            families: "Smith,Johnson,Williams,Brown,Jones,Davis,Miller,Wilson,Moore,Taylor,Anderson,Thomas,Jackson,White,Harris,Martin,Thompson,Robinson,Clark,Lewis,Lee,Walker,Hall,Allen,Young,King,Wright,Hill,Scott,Green,Adams,Baker,Nelson,Carter,Mitchell,Roberts,Turner,Phillips,Campbell,Parker,Evans,Edwards,Collins,Stewart,Morris,Rogers,Reed,Cook,Morgan,Bell,Murphy,Bailey,Cooper,Richardson,Cox,Howard,Ward,Peterson,Gray,James,Watson,Brooks,Kelly,Sanders,Price,Bennett,Wood,Barnes,Ross,Henderson,Coleman,Jenkins,Perry,Powell,Long,Patterson,Hughes,Washington,Butler,Simmons,Foster,Bryant,Russell,Griffin,Hayes,Ford,Hamilton,Graham,Sullivan,Wallace,Woods,Cole,West,Owens,Reynolds,Fisher,Ellis,Harrison,Gibson,Marshall,Wells,Webb,Simpson,Tucker,Porter,Hunter,Hicks,Crawford,Boyd,Mason,Kennedy,Warren,Dixon,Burns,Gordon,Shaw,Holmes,Rice,Robertson,Hunt,Black,Palmer,Stone,Nichols,Grant,Knight,Rose",
            titles: ["Ms.", "Mr."],
            family_first: None,
            streets: ENGLISH_STREETS,
            street_line: "{n} {street}",
        },
    ),
    (
        "de",
        Culture {
            women: "Anna,Julia,Sabine,Petra,Monika,Claudia,Susanne,Andrea,Stefanie,Birgit,Katharina,Nicole,Christine,Ursula,Martina,Heike,Gabriele,Lena,Laura,Lea,Marie,Sophie,Johanna,Hannah,Karin,Renate,Ingrid,Brigitte,Franziska,Melanie,Silke,Anja,Kerstin,Ute,Frieda,Greta",
            men: "Peter,Michael,Thomas,Andreas,Wolfgang,Klaus,Jürgen,Günter,Stefan,Christian,Uwe,Werner,Horst,Frank,Dieter,Manfred,Martin,Bernd,Matthias,Jan,Lukas,Felix,Jonas,Paul,Tobias,Florian,Sebastian,Markus,Alexander,Jörg,Rainer,Heinz,Karl,Hans,Björn,Moritz",
            families: "Müller,Schmidt,Schneider,Fischer,Weber,Meyer,Wagner,Becker,Schulz,Hoffmann,Schäfer,Koch,Bauer,Richter,Klein,Wolf,Schröder,Neumann,Schwarz,Zimmermann,Braun,Krüger,Hofmann,Hartmann,Lange,Schmitt,Werner,Krause,Lehmann,Köhler,Maier,Kaiser,Fuchs,Peters,Lang,Scholz,Möller,Weiß,Jung,Hahn,Schubert,Vogel,Friedrich,Keller,Günther,Frank,Berger,Winkler,Roth,Beck,Lorenz,Baumann,Franke,Albrecht,Schuster,Simon,Ludwig,Böhm,Winter,Kraus,Schumacher,Krämer,Vogt,Stein,Jäger,Otto,Sommer,Groß,Seidel,Heinrich,Brandt,Haas,Schreiber,Graf,Dietrich,Ziegler,Kuhn,Kühn,Pohl,Engel,Horn",
            titles: ["Frau", "Herr"],
            family_first: None,
            streets: "Hauptstraße,Bahnhofstraße,Gartenstraße,Dorfstraße,Schulstraße,Bergstraße,Lindenstraße,Kirchweg,Waldstraße,Ringstraße,Goethestraße,Schillerstraße,Mozartstraße,Am Markt,Wiesenweg,Birkenweg,Rosenstraße,Feldweg,Mühlenweg,Blumenstraße,Uferstraße,Friedrichstraße,Kastanienallee,Eichenweg,Marktplatz,Buchenweg",
            street_line: "{street} {n}",
        },
    ),
    (
        "fr",
        Culture {
            women: "Marie,Nathalie,Isabelle,Sylvie,Catherine,Martine,Christine,Françoise,Valérie,Sandrine,Stéphanie,Véronique,Sophie,Céline,Chantal,Patricia,Anne,Brigitte,Julie,Aurélie,Laurence,Émilie,Camille,Léa,Manon,Chloé,Inès,Élodie,Hélène,Juliette,Claire,Lucie",
            men: "Jean,Pierre,Michel,Philippe,Alain,Nicolas,Christophe,Patrick,Daniel,Bernard,Christian,Frédéric,Laurent,Stéphane,Olivier,David,Sébastien,Éric,Julien,Thierry,Pascal,Thomas,Alexandre,Antoine,Hugo,Lucas,Louis,François,Jérôme,Mathieu,Benoît,Rémi",
            families: "Martin,Bernard,Dubois,Robert,Richard,Petit,Durand,Leroy,Moreau,Simon,Laurent,Lefebvre,Michel,Garcia,Bertrand,Roux,Vincent,Fournier,Morel,Girard,André,Lefèvre,Mercier,Dupont,Lambert,Bonnet,François,Martinez,Legrand,Garnier,Faure,Rousseau,Blanc,Guérin,Muller,Henry,Roussel,Nicolas,Perrin,Morin,Mathieu,Clément,Gauthier,Dumont,Lopez,Fontaine,Chevalier,Robin,Masson,Noël,Dufour,Blanchard,Brunet,Giraud,Rivière,Arnaud,Collin,Brun,Lemaire,Meunier",
            titles: ["Mme", "M."],
            family_first: None,
            streets: "rue de la République,rue Victor Hugo,avenue Jean Jaurès,rue du Moulin,place de l'Église,rue des Écoles,rue Pasteur,boulevard Gambetta,rue de la Gare,rue des Lilas,allée des Tilleuls,rue du Château,chemin des Vignes,rue Nationale,avenue de la Liberté,rue des Jardins,rue Saint-Martin,quai de la Loire,rue de Verdun,impasse des Rosiers",
            street_line: "{n} {street}",
        },
    ),
    (
        "it",
        Culture {
            women: "Anna,Maria,Giulia,Francesca,Sara,Laura,Giuseppina,Rosa,Angela,Giovanna,Teresa,Lucia,Chiara,Valentina,Elena,Paola,Silvia,Martina,Federica,Alessandra,Roberta,Caterina,Elisa,Giorgia,Alice,Sofia,Aurora,Beatrice",
            men: "Giuseppe,Antonio,Giovanni,Mario,Luigi,Francesco,Marco,Alessandro,Andrea,Stefano,Roberto,Paolo,Luca,Davide,Matteo,Lorenzo,Salvatore,Vincenzo,Angelo,Riccardo,Simone,Fabio,Giorgio,Daniele,Pietro,Leonardo,Tommaso,Filippo",
            families: "Rossi,Russo,Ferrari,Esposito,Bianchi,Romano,Colombo,Ricci,Marino,Greco,Bruno,Gallo,Conti,De Luca,Mancini,Costa,Giordano,Rizzo,Lombardi,Moretti,Barbieri,Fontana,Santoro,Mariani,Rinaldi,Caruso,Ferrara,Galli,Martini,Leone,Longo,Gentile,Martinelli,Vitale,Lombardo,Serra,Coppola,De Santis,Marchetti,Parisi,Villa,Conte,Ferraro,Fabbri,Bianco,Grassi,Valentini,Sala",
            titles: ["Sig.ra", "Sig."],
            family_first: None,
            streets: "Via Roma,Via Garibaldi,Via Mazzini,Corso Italia,Via Dante,Via Verdi,Piazza del Popolo,Via Cavour,Via Marconi,Viale dei Mille,Via della Repubblica,Via San Marco,Via Leopardi,Via dei Pini,Corso Vittorio Emanuele,Via Manzoni,Via Puccini,Vicolo Stretto",
            street_line: "{street} {n}",
        },
    ),
    (
        "es",
        Culture {
            women: "María,Carmen,Ana,Isabel,Dolores,Pilar,Teresa,Rosa,Cristina,Ángela,Laura,Elena,Marta,Lucía,Paula,Raquel,Silvia,Beatriz,Patricia,Rocío,Sofía,Daniela,Valeria,Camila,Alejandra,Gabriela,Andrea,Mónica,Claudia,Verónica",
            men: "Antonio,José,Manuel,Francisco,Juan,David,Javier,Jesús,Carlos,Alejandro,Miguel,Rafael,Pedro,Ángel,Pablo,Fernando,Sergio,Jorge,Luis,Alberto,Álvaro,Diego,Adrián,Raúl,Iván,Rubén,Andrés,Óscar,Santiago,Eduardo",
            families: "García,Rodríguez,González,Fernández,López,Martínez,Sánchez,Pérez,Gómez,Martín,Jiménez,Ruiz,Hernández,Díaz,Moreno,Muñoz,Álvarez,Romero,Alonso,Gutiérrez,Navarro,Torres,Domínguez,Vázquez,Ramos,Gil,Ramírez,Serrano,Blanco,Molina,Morales,Suárez,Ortega,Delgado,Castro,Ortiz,Rubio,Marín,Sanz,Núñez,Iglesias,Medina,Garrido,Cortés,Castillo,Santos,Lozano,Guerrero,Cano,Prieto",
            titles: ["Sra.", "Sr."],
            family_first: None,
            streets: "Calle Mayor,Calle Real,Avenida de la Constitución,Calle del Sol,Plaza de España,Calle San Juan,Avenida de Andalucía,Calle Nueva,Paseo del Prado,Calle Cervantes,Calle de la Iglesia,Calle Goya,Calle Colón,Avenida Libertad,Calle del Carmen,Camino Viejo,Calle Independencia,Calle Hidalgo",
            street_line: "{street} {n}",
        },
    ),
    (
        "nl",
        Culture {
            women: "Anna,Maria,Johanna,Sanne,Lisa,Emma,Julia,Sophie,Eva,Femke,Marieke,Anouk,Ingrid,Monique,Saskia,Linda,Esther,Petra,Wilma,Marloes,Nienke,Fleur,Iris,Roos",
            men: "Jan,Johannes,Pieter,Willem,Hendrik,Daan,Sem,Lucas,Thijs,Bram,Jeroen,Bas,Ruud,Marco,Erik,Kees,Joost,Sander,Maarten,Tim,Rik,Koen,Lars,Wouter",
            families: "de Jong,Jansen,de Vries,van den Berg,van Dijk,Bakker,Janssen,Visser,Smit,Meijer,de Boer,Mulder,de Groot,Bos,Vos,Peters,Hendriks,van Leeuwen,Dekker,Brouwer,de Wit,Dijkstra,Smits,de Graaf,van der Meer,Kok,Jacobs,de Haan,Vermeulen,van den Heuvel,van der Veen,van den Broek,Schouten,van Beek,Willems,Hoekstra,Koster,Prins,Verhoeven,Blom,Huisman,Peeters",
            titles: ["Mevr.", "Dhr."],
            family_first: None,
            streets: "Kerkstraat,Dorpsstraat,Molenweg,Schoolstraat,Julianastraat,Wilhelminastraat,Stationsweg,Beatrixlaan,Hoofdstraat,Parklaan,Nieuwstraat,Industrieweg,Eikenlaan,Kastanjelaan,Havenstraat,Marktplein,Prinsengracht,Beukenlaan",
            street_line: "{street} {n}",
        },
    ),
    (
        "pt",
        Culture {
            women: "Maria,Ana,Beatriz,Juliana,Mariana,Camila,Fernanda,Patrícia,Amanda,Bruna,Letícia,Larissa,Gabriela,Adriana,Sandra,Márcia,Inês,Joana,Sofia,Carolina,Helena,Teresa,Luísa,Rita,Catarina,Lúcia",
            men: "José,João,António,Carlos,Paulo,Pedro,Lucas,Luiz,Marcos,Rafael,Gabriel,Daniel,Marcelo,Bruno,Eduardo,Felipe,Rodrigo,Tiago,Miguel,Rui,Nuno,André,Gustavo,Fernando,Ricardo,Diogo",
            families: "Silva,Santos,Oliveira,Souza,Rodrigues,Ferreira,Alves,Pereira,Lima,Gomes,Costa,Ribeiro,Martins,Carvalho,Almeida,Lopes,Soares,Fernandes,Vieira,Barbosa,Rocha,Dias,Nascimento,Andrade,Moreira,Nunes,Marques,Machado,Mendes,Freitas,Cardoso,Ramos,Gonçalves,Santana,Teixeira,Araújo,Pinto,Correia,Azevedo,Moura",
            titles: ["Sra.", "Sr."],
            family_first: None,
            streets: "Rua das Flores,Rua da Paz,Avenida Brasil,Rua do Comércio,Rua São João,Avenida da Liberdade,Rua Quinze de Novembro,Rua Augusta,Praça da República,Rua Dom Pedro,Rua do Sol,Avenida Central,Travessa da Igreja,Rua Santos Dumont,Rua da Alegria,Rua Nova,Largo do Carmo",
            street_line: "{street}, {n}",
        },
    ),
    (
        "sv",
        Culture {
            women: "Anna,Eva,Maria,Karin,Kristina,Lena,Sara,Emma,Elin,Ingrid,Johanna,Hanna,Malin,Sofia,Linnéa,Alice,Maja,Elsa,Astrid,Ebba,Åsa,Birgitta",
            men: "Lars,Mikael,Anders,Johan,Erik,Per,Karl,Peter,Thomas,Jan,Daniel,Fredrik,Andreas,Stefan,Magnus,Björn,Mats,Oskar,Gustav,Axel,Nils,Henrik",
            families: "Andersson,Johansson,Karlsson,Nilsson,Eriksson,Larsson,Olsson,Persson,Svensson,Gustafsson,Pettersson,Jonsson,Jansson,Hansson,Bengtsson,Jönsson,Lindberg,Jakobsson,Magnusson,Lindström,Olofsson,Lindqvist,Lindgren,Berg,Axelsson,Bergström,Lundberg,Lind,Lundgren,Berglund,Sandberg,Forsberg,Sjöberg,Wallin,Engström,Nyström,Holm",
            titles: ["Fru", "Herr"],
            family_first: None,
            streets: "Storgatan,Kyrkogatan,Skolgatan,Drottninggatan,Kungsgatan,Järnvägsgatan,Strandvägen,Björkvägen,Nygatan,Parkgatan,Ringvägen,Hamngatan,Lindvägen,Skogsvägen,Torggatan",
            street_line: "{street} {n}",
        },
    ),
    (
        "da",
        Culture {
            women: "Anne,Kirsten,Mette,Hanne,Helle,Susanne,Lene,Marie,Inger,Karen,Ida,Emma,Freja,Sofie,Camilla,Nora,Ingrid,Kari,Liv,Solveig,Astrid,Berit",
            men: "Peter,Jens,Lars,Michael,Henrik,Søren,Thomas,Niels,Jan,Martin,Christian,Anders,Mads,Rasmus,Jørgen,Ole,Knut,Bjørn,Kåre,Magnus,Erik,Svein",
            families: "Nielsen,Jensen,Hansen,Pedersen,Andersen,Christensen,Larsen,Sørensen,Rasmussen,Jørgensen,Petersen,Madsen,Kristensen,Olsen,Thomsen,Christiansen,Poulsen,Johansen,Møller,Mortensen,Berg,Haugen,Hagen,Dahl,Lund,Moen,Strand,Solberg,Bakke,Nygård",
            titles: ["Fru", "Herr"],
            family_first: None,
            streets: "Hovedgaden,Kirkevej,Skolegade,Vestergade,Nørregade,Østergade,Strandvejen,Engvej,Parkvej,Storgata,Kirkegata,Bakkeveien,Havnegade,Skovvej,Birkevej",
            street_line: "{street} {n}",
        },
    ),
    (
        "fi",
        Culture {
            women: "Anna,Maria,Helena,Johanna,Kaarina,Marjatta,Hannele,Kristiina,Liisa,Emilia,Aino,Sofia,Elina,Päivi,Riitta,Tuula",
            men: "Juhani,Johannes,Olavi,Antero,Tapani,Kalevi,Matti,Mikael,Eino,Pekka,Timo,Jukka,Markku,Antti,Heikki,Ville",
            families: "Korhonen,Virtanen,Mäkinen,Nieminen,Mäkelä,Hämäläinen,Laine,Heikkinen,Koskinen,Järvinen,Lehtonen,Lehtinen,Saarinen,Salminen,Heinonen,Niemi,Heikkilä,Kinnunen,Salonen,Turunen,Salo,Laitinen,Rantanen,Tuominen",
            titles: ["Rouva", "Herra"],
            family_first: None,
            streets: "Koulukatu,Kirkkokatu,Rantatie,Asematie,Puistokatu,Metsätie,Kauppakatu,Mäkitie,Satamakatu,Koivutie,Keskuskatu,Hämeentie",
            street_line: "{street} {n}",
        },
    ),
    (
        "pl",
        Culture {
            women: "Anna,Maria,Katarzyna,Małgorzata,Agnieszka,Barbara,Ewa,Krystyna,Magdalena,Elżbieta,Joanna,Aleksandra,Zofia,Monika,Natalia,Julia,Karolina,Beata",
            men: "Piotr,Krzysztof,Andrzej,Tomasz,Jan,Paweł,Michał,Marcin,Jakub,Adam,Łukasz,Marek,Grzegorz,Stanisław,Mateusz,Wojciech,Mariusz,Dariusz",
            families: "Nowak,Wójcik,Kowalczyk,Woźniak,Mazur,Krawczyk,Kaczmarek,Zając,Król,Wróbel,Wieczorek,Stępień,Dudek,Pawlak,Sikora,Walczak,Michalak,Baran,Szewczyk,Pietrzak,Duda,Tomczak,Kozak,Bąk,Kubiak,Kołodziej,Mróz",
            titles: ["Pani", "Pan"],
            family_first: None,
            streets: "ul. Polna,ul. Leśna,ul. Słoneczna,ul. Krótka,ul. Szkolna,ul. Ogrodowa,ul. Lipowa,ul. Brzozowa,ul. Kwiatowa,ul. Kościelna,ul. Parkowa,ul. Mickiewicza,ul. Sienkiewicza,al. Jana Pawła II",
            street_line: "{street} {n}",
        },
    ),
    (
        "tr",
        Culture {
            women: "Fatma,Ayşe,Emine,Hatice,Zeynep,Elif,Meryem,Merve,Özlem,Esra,Selin,Büşra,Derya,Ece,Sibel,Gül",
            men: "Mehmet,Mustafa,Ahmet,Ali,Hüseyin,Hasan,İbrahim,Murat,Ömer,Yusuf,Emre,Can,Burak,Kemal,Serkan,Cem",
            families: "Yılmaz,Kaya,Demir,Çelik,Şahin,Yıldız,Yıldırım,Öztürk,Aydın,Özdemir,Arslan,Doğan,Kılıç,Aslan,Çetin,Kara,Koç,Kurt,Özkan,Şimşek,Polat,Korkmaz,Aksoy,Güneş",
            titles: ["Bayan", "Bay"],
            family_first: None,
            streets: "Atatürk Caddesi,Cumhuriyet Caddesi,İstiklal Caddesi,Gül Sokak,Lale Sokak,Bağdat Caddesi,Çamlık Sokak,Okul Sokak,Deniz Sokak,Park Sokak",
            street_line: "{street} No: {n}",
        },
    ),
    (
        "ja",
        Culture {
            women: "愛|Ai,美咲|Misaki,陽子|Yoko,恵子|Keiko,由美|Yumi,結衣|Yui,さくら|Sakura,花子|Hanako,直美|Naomi,千尋|Chihiro,真由美|Mayumi,香織|Kaori",
            men: "健太|Kenta,翔太|Shota,大輔|Daisuke,拓也|Takuya,誠|Makoto,浩|Hiroshi,健|Ken,直樹|Naoki,和也|Kazuya,隆|Takashi,学|Manabu,太郎|Taro",
            families: "佐藤|Sato,鈴木|Suzuki,高橋|Takahashi,田中|Tanaka,伊藤|Ito,渡辺|Watanabe,山本|Yamamoto,中村|Nakamura,小林|Kobayashi,加藤|Kato,吉田|Yoshida,山田|Yamada,佐々木|Sasaki,山口|Yamaguchi,松本|Matsumoto,井上|Inoue,木村|Kimura,林|Hayashi,清水|Shimizu,森|Mori,池田|Ikeda,橋本|Hashimoto,石川|Ishikawa,前田|Maeda",
            titles: ["様", "様"],
            family_first: Some(" "),
            streets: "本町,中央,栄町,緑町,桜木町,旭町,東町,西町,南町,北町",
            street_line: "{street}{n}",
        },
    ),
    (
        "zh",
        Culture {
            women: "芳|Fang,娜|Na,敏|Min,静|Jing,秀英|Xiuying,丽|Li,艳|Yan,娟|Juan,霞|Xia,婷|Ting,雪|Xue,玲|Ling",
            men: "伟|Wei,强|Qiang,磊|Lei,军|Jun,洋|Yang,勇|Yong,杰|Jie,涛|Tao,明|Ming,超|Chao,刚|Gang,平|Ping",
            families: "王|Wang,李|Li,张|Zhang,刘|Liu,陈|Chen,杨|Yang,赵|Zhao,黄|Huang,周|Zhou,吴|Wu,徐|Xu,孙|Sun,胡|Hu,朱|Zhu,高|Gao,林|Lin,何|He,郭|Guo,马|Ma,罗|Luo",
            titles: ["女士", "先生"],
            family_first: Some(""),
            streets: "人民路,中山路,解放路,建设路,和平路,文化路,新华路,长江路,北京路,光明街",
            street_line: "{street}{n}号",
        },
    ),
    (
        "in",
        Culture {
            women: "Priya,Anjali,Sunita,Pooja,Neha,Kavita,Lakshmi,Deepa,Meera,Asha,Divya,Shreya,Anita,Rekha,Nisha,Radha",
            men: "Rahul,Amit,Raj,Sanjay,Vijay,Anil,Suresh,Ravi,Arjun,Vikram,Rohan,Karthik,Manoj,Deepak,Ajay,Nikhil",
            families: "Sharma,Patel,Singh,Kumar,Gupta,Reddy,Nair,Iyer,Mehta,Joshi,Verma,Rao,Desai,Shah,Das,Banerjee,Chatterjee,Mukherjee,Pillai,Menon,Kapoor,Malhotra,Agarwal,Mishra",
            titles: ["Ms.", "Mr."],
            family_first: None,
            streets: "MG Road,Station Road,Gandhi Nagar,Nehru Street,Park Street,Temple Road,Lake Road,Church Street,Market Road,Ring Road",
            street_line: "{n}, {street}",
        },
    ),
];
