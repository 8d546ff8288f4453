//! The drawings, as SVG of 1280 × 960. Icons are lucide's (`icons/LICENSE`), the rest is our own.

use crate::picture::Subject;

const ICONS: &str = include_str!("../icons/lucide.txt");

/// Colours of things: key of the taxonomy's colour, body, shade, light.
const COLOURS: &[(&str, &str, &str, &str)] = &[
    ("grey", "#7d8894", "#515b66", "#b3bdc7"),
    ("white", "#f1f3f4", "#c3c9ce", "#ffffff"),
    ("black", "#33373d", "#17191c", "#6a7179"),
    ("blue", "#2f6fbf", "#1b4580", "#7fb0ea"),
    ("red", "#cf3a3f", "#8c1f2a", "#f08a84"),
    ("green", "#3d8f63", "#22593d", "#8ccdaa"),
    ("yellow", "#edc24a", "#b78a1c", "#fbe39a"),
    ("orange", "#e98443", "#ad5420", "#f9bd8f"),
    ("purple", "#7d58b5", "#4b327a", "#b79fe0"),
    ("brown", "#8a6550", "#57392a", "#bf9c86"),
];

pub(crate) const COLOUR_COUNT: u8 = COLOURS.len() as u8;

pub(crate) const PALETTES: u16 = 8;

/// Background from, to, accent, dark accent.
const GROUNDS: [(&str, &str, &str, &str); PALETTES as usize] = [
    ("#fff1e6", "#ffd3b8", "#e9743d", "#a8431a"),
    ("#e8f4ff", "#bcdcf8", "#2f7fd0", "#17497f"),
    ("#eaf8f0", "#bfe6d0", "#2f9a68", "#175a3b"),
    ("#f6edff", "#dcc6f5", "#8456c4", "#4b2a80"),
    ("#fff6da", "#fbdf94", "#d79a16", "#8a5d05"),
    ("#ffeaf0", "#f8c2d2", "#d4507c", "#872a4a"),
    ("#e6f7f8", "#b4e2e5", "#1f939b", "#0e565c"),
    ("#eef0f6", "#cbd2e3", "#54658f", "#2c3a5c"),
];

/// Index of the taxonomy's colour; the near one where it has no drawing of its own.
pub(crate) fn colour(key: &str) -> u8 {
    let key = match key {
        "silver" => "grey",
        "light-blue" | "turquoise" => "blue",
        "olive" => "green",
        "burgundy" | "pink" => "red",
        "beige" | "gold" => "yellow",
        key => key,
    };
    COLOURS.iter().position(|colour| colour.0 == key).unwrap_or(0) as u8
}

/// Position of an icon in the committed list; the first one's for an unknown name.
pub(crate) fn icon(name: &str) -> u16 {
    icons().position(|(icon, _)| icon == name).unwrap_or(0) as u16
}

fn icons() -> impl Iterator<Item = (&'static str, &'static str)> {
    ICONS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

pub(crate) fn svg(subject: Subject, colour: u8, variant: u8) -> String {
    let thing = COLOURS[usize::from(colour) % COLOURS.len()];
    let inner = match subject {
        Subject::Hatchback => car(thing, variant, CarShape::Hatchback),
        Subject::Saloon => car(thing, variant, CarShape::Saloon),
        Subject::Suv => car(thing, variant, CarShape::Suv),
        Subject::Block => block(variant, colour),
        Subject::House => house(variant, colour),
        Subject::Room => room(thing, variant),
        Subject::Phone => phone(thing, variant, colour),
        Subject::Screen => screen(variant, colour),
        Subject::Dress => garment(thing, variant, colour, true),
        Subject::Shirt => garment(thing, variant, colour, false),
        Subject::Emblem(icon) => emblem(icon, variant, GROUNDS[usize::from(colour) % GROUNDS.len()]),
    };
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="960" viewBox="0 0 1280 960">
<defs><filter id="soft" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="18"/></filter></defs>{inner}</svg>"##
    )
}

fn gradient(id: &str, from: &str, to: &str) -> String {
    format!(
        r##"<defs><linearGradient id="{id}" x1="0" y1="0" x2="0.35" y2="1"><stop offset="0" stop-color="{from}"/><stop offset="1" stop-color="{to}"/></linearGradient></defs>"##
    )
}

enum CarShape {
    Hatchback,
    Saloon,
    Suv,
}

fn car((_, body, shade, light): (&str, &str, &str, &str), variant: u8, shape: CarShape) -> String {
    let ground = if variant == 0 {
        // A quiet street with hills behind.
        r##"<rect width="1280" height="960" fill="url(#sky)"/><circle cx="1010" cy="190" r="86" fill="#fff6d8" opacity=".9"/>
<path d="M0 560 Q220 380 470 520 T900 470 T1280 540 V700 H0Z" fill="#a9c9b4"/><path d="M0 620 Q300 500 620 600 T1280 580 V760 H0Z" fill="#7fae8e"/>
<rect y="690" width="1280" height="270" fill="#6f757c"/><rect y="690" width="1280" height="16" fill="#c8ccd0"/>
<g fill="#f0eee6" opacity=".85"><rect x="40" y="880" width="190" height="14"/><rect x="390" y="880" width="190" height="14"/><rect x="740" y="880" width="190" height="14"/><rect x="1090" y="880" width="190" height="14"/></g>"##
    } else {
        // A showroom.
        r##"<rect width="1280" height="960" fill="url(#sky)"/><g fill="#ffffff" opacity=".55"><rect x="90" y="90" width="300" height="430" rx="8"/><rect x="490" y="90" width="300" height="430" rx="8"/><rect x="890" y="90" width="300" height="430" rx="8"/></g>
<rect y="640" width="1280" height="320" fill="#d9dce0"/><ellipse cx="640" cy="800" rx="600" ry="96" fill="#eceef0"/>"##
    };
    let (sky, flip) = if variant == 0 {
        (gradient("sky", "#9cd0f2", "#f4ead6"), "")
    } else {
        (gradient("sky", "#e3e8ee", "#bcc6d1"), "translate(1280 0) scale(-1 1)")
    };
    let (outline, windows) = match shape {
        CarShape::Hatchback => (
            "M170 700 Q150 600 200 575 Q270 550 390 535 Q480 430 580 410 Q760 385 920 415 Q1010 440 1075 545 Q1120 560 1122 620 L1120 700 Q1118 722 1090 722 H205 Q176 722 170 700Z",
            "M440 535 Q515 455 595 443 L660 437 V535Z M690 436 Q830 425 905 447 Q955 470 1000 535 H690Z",
        ),
        CarShape::Saloon => (
            "M120 700 Q106 612 160 585 Q250 560 380 545 Q480 445 590 428 Q720 410 830 432 Q920 455 1000 545 Q1130 552 1160 590 Q1176 640 1164 700 Q1158 722 1130 722 H150 Q126 722 120 700Z",
            "M430 545 Q515 470 600 458 L650 454 V545Z M680 453 Q770 445 820 458 Q880 480 940 545 H680Z",
        ),
        CarShape::Suv => (
            "M165 690 Q150 560 205 535 Q290 512 385 500 Q455 380 540 362 Q760 340 960 366 Q1040 400 1085 505 Q1125 530 1126 600 L1124 690 Q1120 716 1090 716 H205 Q172 716 165 690Z",
            "M432 500 Q492 410 552 397 L650 390 V500Z M680 389 H830 V500 H680Z M860 391 Q930 394 950 402 Q1000 430 1024 500 H860Z",
        ),
    };
    let wheel = |x: u32| {
        format!(
            r##"<g transform="translate({x} 712)"><circle r="92" fill="#1a1c1f"/><circle r="60" fill="#aeb5bc"/><circle r="52" fill="#dfe3e6"/><g fill="#8b939b"><rect x="-9" y="-52" width="18" height="104" rx="6"/><rect x="-9" y="-52" width="18" height="104" rx="6" transform="rotate(60)"/><rect x="-9" y="-52" width="18" height="104" rx="6" transform="rotate(120)"/></g><circle r="16" fill="#5c646c"/></g>"##
        )
    };
    let paint = gradient("paint", light, body);
    let glass = gradient("glass", "#dcebf4", "#5d7789");
    let (front, rear) = (wheel(345), wheel(945));
    format!(
        r##"{sky}{paint}{glass}{ground}<ellipse cx="640" cy="800" rx="540" ry="30" fill="#20242a" opacity=".45" filter="url(#soft)"/>
<g transform="{flip}"><path d="{outline}" fill="url(#paint)"/><path d="M165 660 Q640 690 1122 650 L1120 700 Q1118 722 1090 722 H205 Q172 722 168 700Z" fill="{shade}" opacity=".75"/>
<path d="{windows}" fill="url(#glass)"/><path d="M668 545 V700" stroke="{shade}" stroke-width="5" opacity=".6"/><path d="M250 600 Q640 560 1100 590" stroke="{light}" stroke-width="6" fill="none" opacity=".8"/>
<rect x="720" y="588" width="66" height="13" rx="6" fill="{shade}"/><path d="M182 606 Q215 588 262 590 Q252 622 184 634Z" fill="#fff8dd" stroke="{shade}" stroke-width="3"/><path d="M1098 575 Q1128 585 1122 632 L1092 624Z" fill="#c3202f"/>
<circle cx="345" cy="712" r="106" fill="{shade}"/><circle cx="945" cy="712" r="106" fill="{shade}"/>{front}{rear}</g>"##
    )
}

fn block(variant: u8, colour: u8) -> String {
    let (from, to, accent, dark) = GROUNDS[usize::from(colour) % GROUNDS.len()];
    let sky = gradient("sky", "#a8d6f3", from);
    let wall = gradient("wall", "#fbf7f0", to);
    let mut windows = String::new();
    for row in 0..6_u32 {
        for column in 0..5_u32 {
            let (x, y) = (370 + column * 112, 150 + row * 100);
            let lit = if (row * 7 + column * 3 + u32::from(variant)) % 4 == 0 { "#ffe6a3" } else { "#6f93ad" };
            windows += &format!(
                r##"<rect x="{x}" y="{y}" width="72" height="62" rx="3" fill="{lit}"/><rect x="{}" y="{y}" width="4" height="62" fill="#ffffff"/><rect x="{}" y="{}" width="88" height="20" rx="3" fill="{accent}" opacity=".8"/>"##,
                x + 34,
                x - 8,
                y + 52
            );
        }
    }
    format!(
        r##"{sky}{wall}<rect width="1280" height="960" fill="url(#sky)"/><g fill="#ffffff" opacity=".7"><ellipse cx="220" cy="170" rx="120" ry="34"/><ellipse cx="1090" cy="120" rx="140" ry="38"/></g>
<rect x="80" y="330" width="220" height="480" fill="{dark}" opacity=".22"/><rect x="990" y="270" width="240" height="540" fill="{dark}" opacity=".18"/>
<rect x="330" y="100" width="620" height="720" rx="6" fill="url(#wall)"/><rect x="318" y="86" width="644" height="26" rx="4" fill="{dark}"/>{windows}
<rect x="585" y="742" width="110" height="78" fill="{dark}"/><rect y="812" width="1280" height="148" fill="#8db58c"/><rect y="860" width="1280" height="100" fill="#777d84"/>
<g fill="#4e8a5c"><circle cx="210" cy="740" r="84"/><circle cx="1050" cy="750" r="92"/><circle cx="1140" cy="780" r="64"/></g><g fill="#6a4a34"><rect x="202" y="780" width="18" height="50"/><rect x="1042" y="790" width="18" height="40"/></g>"##
    )
}

fn house(variant: u8, colour: u8) -> String {
    let (from, to, accent, dark) = GROUNDS[(usize::from(colour) + usize::from(variant) * 3) % GROUNDS.len()];
    let sky = gradient("sky", "#9ed2f4", from);
    let flip = if variant == 0 { "" } else { "translate(1280 0) scale(-1 1)" };
    format!(
        r##"{sky}<rect width="1280" height="960" fill="url(#sky)"/><circle cx="180" cy="170" r="74" fill="#fff4cf"/><path d="M0 600 Q320 430 640 560 T1280 520 V960 H0Z" fill="#9cc59f"/><path d="M0 740 Q500 660 1280 730 V960 H0Z" fill="#74ab78"/>
<g transform="{flip}"><rect x="350" y="430" width="560" height="340" fill="#fbf5ea"/><path d="M300 450 L630 230 L960 450Z" fill="{accent}"/><path d="M300 450 L630 230 L650 244 L350 450Z" fill="{dark}"/><rect x="780" y="250" width="56" height="110" fill="{dark}"/>
<rect x="580" y="590" width="110" height="180" rx="4" fill="{dark}"/><circle cx="672" cy="684" r="7" fill="#ffe9a8"/><g fill="#7fa9c4"><rect x="410" y="520" width="120" height="104" rx="4"/><rect x="740" y="520" width="120" height="104" rx="4"/><circle cx="630" cy="370" r="40"/></g>
<g fill="#ffffff"><rect x="466" y="520" width="8" height="104"/><rect x="796" y="520" width="8" height="104"/></g><g fill="{to}"><rect x="400" y="624" width="140" height="16"/><rect x="730" y="624" width="140" height="16"/></g>
<path d="M600 770 L690 770 L760 960 L500 960Z" fill="#e5dcc8"/><g fill="#3f7f52"><circle cx="1060" cy="640" r="104"/><circle cx="1130" cy="700" r="80"/><circle cx="240" cy="720" r="70"/></g><rect x="1050" y="700" width="24" height="110" fill="#6a4a34"/></g>"##
    )
}

fn room((_, body, shade, light): (&str, &str, &str, &str), variant: u8) -> String {
    let (wall, floor) = if variant == 0 { ("#f3ece2", "#c99f76") } else { ("#e4ebe6", "#b98f68") };
    let sofa = gradient("sofa", light, body);
    let flip = if variant == 0 { "" } else { "translate(1280 0) scale(-1 1)" };
    format!(
        r##"{sofa}<rect width="1280" height="960" fill="{wall}"/><rect y="690" width="1280" height="270" fill="{floor}"/><rect y="676" width="1280" height="16" fill="#ffffff"/>
<g transform="{flip}"><rect x="90" y="110" width="300" height="400" rx="6" fill="#ffffff"/><rect x="108" y="128" width="264" height="364" fill="#bfe0f2"/><path d="M108 410 Q200 350 270 400 T372 380 V492 H108Z" fill="#93bf96"/><rect x="236" y="128" width="8" height="364" fill="#fff"/>
<g><rect x="600" y="150" width="210" height="250" fill="#fff" stroke="#4a4038" stroke-width="8"/><circle cx="705" cy="250" r="54" fill="{light}"/><path d="M620 380 L690 300 L740 350 L790 290 V380Z" fill="{shade}" opacity=".7"/></g>
<ellipse cx="660" cy="850" rx="480" ry="60" fill="#fff" opacity=".5"/><ellipse cx="660" cy="800" rx="420" ry="22" fill="#3a2a1c" opacity=".35" filter="url(#soft)"/>
<rect x="300" y="450" width="720" height="230" rx="46" fill="url(#sofa)"/><rect x="250" y="540" width="130" height="240" rx="48" fill="{body}"/><rect x="940" y="540" width="130" height="240" rx="48" fill="{body}"/><rect x="340" y="610" width="640" height="150" rx="26" fill="{shade}"/><rect x="350" y="596" width="306" height="90" rx="26" fill="{light}"/><rect x="664" y="596" width="306" height="90" rx="26" fill="{light}"/>
<rect x="390" y="500" width="130" height="120" rx="22" fill="#f4c66a" transform="rotate(-10 455 560)"/><g fill="#5b4030"><rect x="300" y="776" width="24" height="50"/><rect x="996" y="776" width="24" height="50"/></g>
<rect x="1150" y="330" width="12" height="500" fill="#4a4038"/><path d="M1080 340 L1116 210 H1196 L1232 340Z" fill="#ffe2a0"/><ellipse cx="1156" cy="832" rx="66" ry="14" fill="#4a4038"/></g>"##
    )
}

fn phone((_, body, shade, light): (&str, &str, &str, &str), variant: u8, colour: u8) -> String {
    let (from, to, accent, dark) = GROUNDS[(usize::from(colour) + 1) % GROUNDS.len()];
    let (ground, glass) = (gradient("ground", from, to), gradient("glass", accent, dark));
    let (tilt, second) = if variant == 0 {
        ("rotate(-9 520 480)", "rotate(12 840 500)")
    } else {
        ("rotate(7 500 480)", "rotate(-14 850 500)")
    };
    let back = gradient("back", light, body);
    format!(
        r##"{ground}{glass}{back}<rect width="1280" height="960" fill="url(#ground)"/><circle cx="1100" cy="180" r="260" fill="#ffffff" opacity=".35"/><ellipse cx="660" cy="850" rx="430" ry="26" fill="{dark}" opacity=".4" filter="url(#soft)"/>
<g transform="{second}"><rect x="680" y="160" width="330" height="680" rx="52" fill="{shade}"/><rect x="688" y="168" width="314" height="664" rx="46" fill="url(#back)"/><rect x="712" y="194" width="140" height="150" rx="36" fill="{shade}" opacity=".8"/><g fill="#15171a"><circle cx="750" cy="236" r="28"/><circle cx="814" cy="236" r="28"/><circle cx="750" cy="302" r="28"/></g><g fill="#5f7f9f"><circle cx="750" cy="236" r="11"/><circle cx="814" cy="236" r="11"/><circle cx="750" cy="302" r="11"/></g></g>
<g transform="{tilt}"><rect x="350" y="120" width="350" height="720" rx="56" fill="#17191c"/><rect x="366" y="136" width="318" height="688" rx="42" fill="url(#glass)"/><rect x="470" y="154" width="110" height="28" rx="14" fill="#17191c"/><circle cx="600" cy="320" r="150" fill="#ffffff" opacity=".13"/><circle cx="450" cy="560" r="120" fill="#ffffff" opacity=".1"/>
<g fill="#ffffff" opacity=".88"><rect x="404" y="690" width="54" height="54" rx="15"/><rect x="472" y="690" width="54" height="54" rx="15"/><rect x="540" y="690" width="54" height="54" rx="15"/></g><rect x="460" y="790" width="130" height="8" rx="4" fill="#fff"/><path d="M380 170 L560 140 L420 800 L374 760Z" fill="#fff" opacity=".08"/></g>"##
    )
}

fn screen(variant: u8, colour: u8) -> String {
    let (from, to, accent, dark) = GROUNDS[(usize::from(colour) + 3) % GROUNDS.len()];
    let (ground, glass) = (gradient("ground", from, to), gradient("glass", accent, dark));
    let foot = if variant == 0 {
        r##"<rect x="590" y="676" width="100" height="90" fill="#3b4047"/><rect x="450" y="756" width="380" height="26" rx="13" fill="#2a2e33"/>"##
    } else {
        r##"<path d="M240 676 H1040 L1130 776 Q1132 796 1104 796 H176 Q148 796 150 776Z" fill="#b9bfc6"/><path d="M290 694 H990 L1024 742 H256Z" fill="#42474e"/><rect x="560" y="752" width="160" height="26" rx="8" fill="#9aa1a9"/>"##
    };
    format!(
        r##"{ground}{glass}<rect width="1280" height="960" fill="url(#ground)"/><rect y="770" width="1280" height="190" fill="#b98e68"/><rect y="770" width="1280" height="12" fill="#d6b08c"/><ellipse cx="640" cy="800" rx="480" ry="22" fill="#33241a" opacity=".4" filter="url(#soft)"/>
<rect x="230" y="150" width="820" height="530" rx="20" fill="#1c1e21"/><rect x="250" y="170" width="780" height="486" rx="6" fill="url(#glass)"/><circle cx="850" cy="290" r="66" fill="#ffe9b0"/><path d="M250 560 L450 370 L590 510 L740 330 L1030 600 V656 H250Z" fill="{to}" opacity=".65"/><path d="M250 620 L400 500 L620 620 L800 520 L1030 640 V656 H250Z" fill="{from}" opacity=".8"/>{foot}
<g><rect x="1090" y="640" width="100" height="136" rx="10" fill="#f4efe7"/><g fill="#4d8f60"><ellipse cx="1140" cy="570" rx="30" ry="86"/><ellipse cx="1096" cy="600" rx="24" ry="70" transform="rotate(-28 1096 600)"/><ellipse cx="1186" cy="600" rx="24" ry="70" transform="rotate(28 1186 600)"/></g></g>"##
    )
}

fn emblem(icon: u16, variant: u8, (from, to, accent, dark): (&str, &str, &str, &str)) -> String {
    let inner = icons().nth(usize::from(icon)).map_or("", |(_, inner)| inner);
    let (ground, tile) = (gradient("ground", from, to), gradient("tile", accent, dark));
    if variant == 0 {
        format!(
            r##"{ground}{tile}<rect width="1280" height="960" fill="url(#ground)"/><circle cx="1130" cy="150" r="300" fill="#fff" opacity=".38"/><circle cx="120" cy="860" r="340" fill="{accent}" opacity=".13"/><path d="M0 740 Q640 650 1280 740 V960 H0Z" fill="#fff" opacity=".55"/>
<ellipse cx="640" cy="800" rx="290" ry="26" fill="{dark}" opacity=".45" filter="url(#soft)"/><rect x="340" y="160" width="600" height="600" rx="150" fill="url(#tile)"/><path d="M340 310 Q340 160 490 160 H790 Q940 160 940 310 V330 Q640 250 340 420Z" fill="#fff" opacity=".14"/>
<g transform="translate(448 268) scale(16)" fill="none" stroke="#fff" stroke-width="1.35" stroke-linecap="round" stroke-linejoin="round">{inner}</g>"##
        )
    } else {
        format!(
            r##"{ground}{tile}<rect width="1280" height="960" fill="{to}"/><path d="M0 0 H1280 V520 Q640 720 0 520Z" fill="{from}"/><g fill="{accent}" opacity=".16"><circle cx="210" cy="220" r="70"/><circle cx="1090" cy="700" r="110"/><rect x="1010" y="110" width="130" height="130" rx="34" transform="rotate(18 1075 175)"/><rect x="110" y="660" width="150" height="150" rx="40" transform="rotate(-16 185 735)"/></g>
<ellipse cx="640" cy="822" rx="330" ry="24" fill="{dark}" opacity=".35" filter="url(#soft)"/><circle cx="640" cy="470" r="330" fill="#fff"/><circle cx="640" cy="470" r="286" fill="{from}"/>
<g transform="translate(430 260) scale(17.5)" fill="{accent}" fill-opacity=".22" stroke="{dark}" stroke-width="1.2" stroke-linecap="round" stroke-linejoin="round">{inner}</g>"##
        )
    }
}

fn garment((_, body, shade, light): (&str, &str, &str, &str), variant: u8, colour: u8, dress: bool) -> String {
    let (from, to, ..) = GROUNDS[(usize::from(colour) * 3 + 5) % GROUNDS.len()];
    let (ground, cloth) = (gradient("ground", from, to), gradient("cloth", light, body));
    let outline = if dress {
        "M560 300 Q640 350 720 300 L750 420 L722 500 Q800 640 860 830 Q640 880 420 830 Q480 640 558 500 L530 420Z"
    } else {
        "M520 300 Q640 370 760 300 L930 370 L990 560 L880 600 L845 520 V840 Q640 870 435 840 V520 L400 600 L290 560 L350 370Z"
    };
    let details = if dress {
        format!(
            r##"<path d="M558 500 Q640 530 722 500 L718 478 Q640 506 562 478Z" fill="{shade}"/><path d="M590 530 Q560 700 520 840 M640 530 V856 M690 530 Q720 700 760 840" stroke="{shade}" stroke-width="5" fill="none" opacity=".5"/>"##
        )
    } else {
        format!(
            r##"<path d="M560 312 Q640 400 720 312" stroke="{shade}" stroke-width="16" fill="none"/><path d="M435 560 Q470 700 440 838 M845 560 Q812 700 842 838" stroke="{shade}" stroke-width="6" fill="none" opacity=".5"/><rect x="700" y="470" width="80" height="84" rx="8" fill="{shade}" opacity=".45"/>"##
        )
    };
    let tilt = if variant == 0 { "rotate(-3 640 200)" } else { "rotate(4 640 200)" };
    let wall = if variant == 0 {
        r##"<rect y="176" width="1280" height="16" rx="8" fill="#4d4138"/><path d="M0 900 H1280 V960 H0Z" fill="#c9a27c"/>"##
    } else {
        r##"<circle cx="640" cy="520" r="420" fill="#ffffff" opacity=".45"/><rect x="560" y="120" width="160" height="26" rx="13" fill="#8a6a50"/>"##
    };
    format!(
        r##"{ground}{cloth}<rect width="1280" height="960" fill="url(#ground)"/>{wall}<g transform="{tilt}"><path d="{outline}" fill="#2a2024" opacity=".28" filter="url(#soft)" transform="translate(16 24)"/>
<path d="M640 250 V226 Q676 216 668 186 Q654 160 626 172" stroke="#6b5a4c" stroke-width="9" fill="none" stroke-linecap="round"/><path d="M490 322 Q640 190 790 322" stroke="#8a6a50" stroke-width="18" fill="none" stroke-linecap="round"/>
<path d="{outline}" fill="url(#cloth)"/>{details}</g>"##
    )
}
