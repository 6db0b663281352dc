# frozen_string_literal: true

# Reads texts as lines of JSON, and answers each with what a Mastodon server makes of it: how long it is, and what links.
#
# The finding is done by twitter-text, the library Mastodon uses, in the release that Debian has; where the release
# that servers have differs (3.1.0), and where Mastodon has rules of its own, these stand below, written from its
# documentation and sources: `StatusLengthValidator`, `Extractor`, `Tag`, `Account`, and its changes to twitter-text.
# The first line holds the endings of domains that 3.1.0 knows.

require 'json'
require 'twitter-text'

$stdin.set_encoding('UTF-8')
$stdout.set_encoding('UTF-8')
$stdout.sync = true

# What twitter-text takes for an address, changed as in the release and on the servers.
module Changed
  R = Twitter::Regex::REGEXEN
  DIRECTIONS = [0x061C, 0x200E, 0x200F, *0x202A..0x202E, *0x2066..0x2069].pack('U*')
  NEVER = [0xFFFE, 0xFEFF, 0xFFFF].pack('U*')
  # Of plain ASCII signs only the backslash may stand in a domain.
  SIGNS = Regexp.escape((0x21..0x7E).map(&:chr).grep(/[^A-Za-z0-9\\]/).join)
  IN_DOMAIN = "[^#{DIRECTIONS}#{NEVER}#{SIGNS}\\u0000-\\u0020\\u007F#{Twitter::Regex::UNICODE_SPACES.drop(5).join}]"
  BEYOND_ASCII = (0x0..0x10).map do |plane|
    first, last = plane * 0x10000, plane * 0x10000 + 0xFFFD
    case plane
    when 0 then '\u{A0}-\u{D7FF}\u{E000}-\u{FDCF}\u{FDF0}-\u{FFEF}'
    when 0xE then '\u{E1000}-\u{EFFFD}'
    else format('\u{%X}-\u{%X}', first, last)
    end
  end.join

  def self.domain(generic, countries)
    followed = '(?=[^0-9a-z@+-]|$)'
    label = ->(inside) { "(?:#{IN_DOMAIN}(?:[#{inside}]|#{IN_DOMAIN})*)?#{IN_DOMAIN}\\." }
    "(?:(?:#{label['_-']})*#{label['-']}" \
      "(?:(?:#{generic.join('|')})#{followed}|(?:#{countries.join('|')})#{followed}|xn--[0-9a-z]+))"
  end

  def self.path
    old = "[a-z\\p{Cyrillic}0-9!*';:=+,.$/%#\\[\\]\\p{Pd}_~&|@#{Twitter::Regex::LATIN_ACCENTS}]"
    any = '[^\p{White_Space}<>()?]'
    brackets = ->(one) { "\\((?:#{one}+|#{one}*\\(#{one}+\\)#{one}*)\\)" }
    last = "(?:[^\\p{White_Space}()?!*\"'「」<>;:=,.$%\\[\\]~&|@]|#{brackets[old]})"
    "(?:#{any}*(?:#{brackets[any]}#{any}*)*#{last}|#{any}+/)"
  end

  QUERY = "\\?[a-z0-9!?*'();:&=+$/%#\\[\\]\\-_.,~|@^#{BEYOND_ASCII}]*[a-z0-9_&=#/\\-#{BEYOND_ASCII}]"
  BEFORE = "(?:[^A-Z0-9@＠$#＃#{NEVER}]|[#{DIRECTIONS}]|^)"

  def self.apply(generic, countries)
    here = domain(generic, countries)
    R[:valid_url] = /((#{BEFORE})(((?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini):\/\/)?
                     (#{here})(?::([0-9]+))?(\/#{path}*)?(#{QUERY})?))/ix
    plain = "[a-z\\p{Cyrillic}0-9\\p{Pd}._~]|%[0-9a-f]{2}"
    node = "(?:#{plain}|[!$()*+,;=])"
    resource = "(?:#{plain}|[!$&'()*+,;=])"
    R[:extra] = /(#{BEFORE})((?:xmpp:(?:\/\/#{node}+@#{here}\/)?(?:#{node}+@)?#{here}(?:\/#{resource}+)?(?:#{QUERY})?)|
                 (?:magnet:#{QUERY}))/ix
  end
end

WORD = '[[:word:]]'
JOINERS = "_\u00B7\u30FB\u200C"
TAG = /(?<=^|[[:space:]])[#＃](#{WORD}[[:word:]#{JOINERS}]*[[:alpha:]#{JOINERS}][[:word:]#{JOINERS}]*#{WORD}|#{WORD}*[[:alpha:]]#{WORD}*)/
NAME = /[a-z0-9_]+([.-]+[a-z0-9_]+)*/i
MENTION = %r{(?<![=/[:word:]])@((#{NAME})(?:@[[:word:]]+([.-]+[[:word:]]+)*)?)}
T_CO = %r{\Ahttps?://t\.co/([a-z0-9]+)}i

def links(text)
  return [] unless text.include?(':')

  found = []
  text.scan(Twitter::Regex[:valid_url]) do
    match = Regexp.last_match
    next unless match[4]

    url = match[3]
    if (short = T_CO.match(url))
      next if short[1].length > 40

      url = short[0]
    end
    found << ['link', match.begin(3), match.begin(3) + url.length] if match[5].split('.').all? { |one| one.length < 64 }
  end
  found
end

def extra_links(text)
  found = []
  text.scan(Twitter::Regex[:extra]) { found << ['link', Regexp.last_match.begin(2), Regexp.last_match.end(2)] }
  found
end

def mentions(text)
  found = []
  text.scan(MENTION) do
    match = Regexp.last_match
    next if match.post_match.match?(Twitter::Regex[:end_mention_match])
    next if match[1].split('@')[1].to_s.length > 253

    found << ['mention', match.begin(1) - 1, match.end(1)]
  end
  found
end

def tags(text)
  found = []
  text.scan(TAG) do
    match = Regexp.last_match
    last = match.end(1)
    last -= match[1][/https?\z/].length if match.post_match.start_with?('://') && match[1].match?(/.https?\z/)
    found << ['tag', match.begin(1) - 1, last]
  end
  found
end

def apart(entities)
  last = 0
  entities.sort_by.with_index { |one, place| [one[1], place] }.select { |one| one[1] >= last && (last = one[2]) }
end

def counted(text)
  at = 0
  pieces = apart(links(text) + mentions(text)).flat_map do |kind, first, last|
    before = text[at...first]
    at = last
    [before, kind == 'link' ? 'x' * 23 : "@#{text[first + 1...last].split('@').first}"]
  end
  pieces.join + text[at..]
end

Changed.apply(*JSON.parse($stdin.gets))
$stdin.each_line do |line|
  text = JSON.parse(line).fetch('text')
  short = counted(text)
  puts JSON.generate(
    counted: short,
    graphemes: short.each_grapheme_cluster.count,
    entities: apart(links(text) + tags(text) + mentions(text) + extra_links(text)),
  )
end
