//! Punycode (RFC 3492): how a host holds what is not ASCII.

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;

/// The most characters that a label of 63 bytes can hold.
const LONGEST: usize = 63;

/// Whether a lower-case label begins as Punycode does.
pub(crate) fn is_marked(label: &str) -> bool {
    label.starts_with("xn--")
}

/// Decodes a label that begins with `xn--`.
///
/// `None` where it does not decode by RFC 3492, where it holds nothing but ASCII (which a browser
/// would not have encoded), and where it holds a control character, whitespace or upper case (which it would
/// have mapped away).
///
/// ```
/// use cors_grammar::punycode;
///
/// assert_eq!(punycode::decode("xn--bcher-kva").unwrap(), "bücher");
/// assert_eq!(punycode::decode("xn--a"), None);
/// ```
pub fn decode(label: &str) -> Option<String> {
    let mut decoded = [char::MIN; LONGEST];
    let characters = decode_into(label, &mut decoded)?;
    Some(characters.iter().collect())
}

/// Whether [`decode`] would succeed, without the text.
pub(crate) fn is_valid(label: &str) -> bool {
    decode_into(label, &mut [char::MIN; LONGEST]).is_some()
}

/// Encodes a label as browsers do, `xn--` included; `None` where it is ASCII, and where a browser would map
/// characters before (UTS 46), which takes tables: all but letters and digits without a case of their own or in
/// lower case.
pub(crate) fn encode(label: &str) -> Option<String> {
    let is_plain = |c: char| match c {
        'a'..='z' | '0'..='9' | '-' | '_' => true,
        c => !c.is_ascii() && c.is_alphanumeric() && c.to_lowercase().eq([c]),
    };
    if label.is_ascii() || !label.chars().all(is_plain) {
        return None;
    }
    encode_as_is(label)
}

/// RFC 3492, section 6.3, in the names of its pseudocode.
fn encode_as_is(label: &str) -> Option<String> {
    let basic: String = label.chars().filter(char::is_ascii).collect();
    let mut output = format!("xn--{basic}");
    if !basic.is_empty() {
        output.push('-');
    }
    let b = u32::try_from(basic.len()).ok()?;
    let (mut n, mut delta, mut bias, mut h) = (INITIAL_N, 0_u32, INITIAL_BIAS, b);
    let length = u32::try_from(label.chars().count()).ok()?;
    while h < length {
        let m = label.chars().map(u32::from).filter(|c| *c >= n).min()?;
        delta = delta.checked_add((m - n).checked_mul(h + 1)?)?;
        n = m;
        for c in label.chars().map(u32::from) {
            if c < n {
                delta = delta.checked_add(1)?;
            }
            if c != n {
                continue;
            }
            let (mut q, mut k) = (delta, BASE);
            loop {
                let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
                if q < t {
                    break;
                }
                output.push(letter(t + (q - t) % (BASE - t))?);
                q = (q - t) / (BASE - t);
                k += BASE;
            }
            output.push(letter(q)?);
            bias = adapt(delta, h + 1, h == b);
            delta = 0;
            h += 1;
        }
        delta += 1;
        n += 1;
    }
    Some(output)
}

/// The character of a digit below [`BASE`].
fn letter(digit: u32) -> Option<char> {
    let digit = u8::try_from(digit).ok()?;
    Some(char::from(match digit {
        0..26 => b'a' + digit,
        _ => b'0' + (digit - 26),
    }))
}

/// Whether a browser encodes a character as it is. It maps upper case to lower case, save for Cherokee, whose
/// capitals came first (Unicode's `CaseFolding`).
fn is_kept(character: char) -> bool {
    let is_cherokee = matches!(character, '\u{13a0}'..='\u{13f5}');
    !character.is_control()
        && !character.is_whitespace()
        && (!character.is_uppercase() || is_cherokee)
}

/// RFC 3492, section 6.2, in the names of its pseudocode.
fn decode_into<'a>(label: &str, output: &'a mut [char; LONGEST]) -> Option<&'a [char]> {
    let encoded = label.strip_prefix("xn--")?;
    let (basic, extended) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut len = 0;
    for character in basic.chars() {
        *output.get_mut(len)? = character;
        len += 1;
    }
    let (mut n, mut i, mut bias) = (INITIAL_N, 0_u32, INITIAL_BIAS);
    let mut digits = extended.bytes();
    let mut ascii_alone = true;
    while digits.len() > 0 {
        let old_i = i;
        let (mut w, mut k) = (1_u32, BASE);
        loop {
            let digit = digit(digits.next()?)?;
            i = i.checked_add(digit.checked_mul(w)?)?;
            let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
            if digit < t {
                break;
            }
            w = w.checked_mul(BASE - t)?;
            k += BASE;
        }
        let count = u32::try_from(len).ok()? + 1;
        bias = adapt(i - old_i, count, old_i == 0);
        n = n.checked_add(i / count)?;
        i %= count;
        let character = char::from_u32(n).filter(|character| is_kept(*character))?;
        let place = usize::try_from(i).ok()?;
        output.get_mut(place..=len)?.rotate_right(1);
        *output.get_mut(place)? = character;
        ascii_alone = false;
        len += 1;
        i += 1;
    }
    output.get(..len).filter(|_| !ascii_alone)
}

fn digit(byte: u8) -> Option<u32> {
    match byte {
        b'a'..=b'z' => Some(u32::from(byte - b'a')),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 26),
        _ => None,
    }
}

/// RFC 3492, section 6.1.
fn adapt(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / count;
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_encoded_to_what_decodes_to_it() {
        for (label, expected) in [
            ("bücher", Some("xn--bcher-kva")),
            ("中国", Some("xn--fiqs8s")),
            ("рф", Some("xn--p1ai")),
            ("испытание", Some("xn--80akhbyknj4f")),
            ("münchen-ost", Some("xn--mnchen-ost-9db")),
            // A browser would map these before.
            ("Bücher", None),
            ("bÜcher", None),
            ("bu\u{308}cher", None),
            ("💩", None),
            ("ascii", None),
        ] {
            let encoded = encode(label);
            assert_eq!(encoded.as_deref(), expected, "{label}");
            if let Some(encoded) = encoded.filter(|encoded| is_valid(encoded)) {
                assert_eq!(decode(&encoded).as_deref(), Some(label));
            }
        }
    }

    #[test]
    fn labels_decode_as_in_rfc_3492() {
        for (label, expected) in [
            ("xn--bcher-kva", Some("bücher")),
            ("xn--fiqs8s", Some("中国")),
            ("xn--p1ai", Some("рф")),
            ("xn--80akhbyknj4f", Some("испытание")),
            ("xn--ls8h", Some("💩")),
            ("xn--", None),
            ("xn--a", None),
            ("xn--a-", None),
            ("xn--abc-", None),
            ("xn--99999999", None),
            ("xn--bcher-KVA", None),
            ("bcher", None),
        ] {
            assert_eq!(decode(label).as_deref(), expected, "{label}");
        }
    }

    #[test]
    fn a_label_of_any_length_is_answered() {
        assert_eq!(decode(&format!("xn--{}", "a".repeat(10_000))), None);
        assert_eq!(decode(&format!("xn--{}-kva", "a".repeat(10_000))), None);
    }
}
