// Reads questions as lines of JSON, and answers each with what X's and Bluesky's own code finds in the text. Offsets
// are code points on X, bytes of UTF-8 on Bluesky.
import { createInterface } from 'node:readline'
import { AppBskyRichtextFacet, RichText } from '@atproto/api'
import twitter from 'twitter-text'
import countries from 'twitter-text/dist/regexp/validCCTLD.js'
import generic from 'twitter-text/dist/regexp/validGTLD.js'

// The endings of domains that twitter-text knows: its releases on npm and for Ruby have the same.
const endings = [generic, countries].map((pattern) =>
  pattern.source.split(')(?=')[0].replaceAll('(?:', '').replaceAll('RegExp(', '').split('|'),
)

function onX(text) {
  const parsed = twitter.parseTweet(text)
  const found = twitter.extractEntitiesWithIndices(text)
  twitter.modifyIndicesFromUTF16ToUnicode(text, found)
  const kind = (one) => (one.url ? 'link' : one.hashtag ? 'tag' : one.cashtag ? 'cashtag' : 'mention')
  return {
    length: parsed.weightedLength,
    valid: parsed.valid,
    entities: found.map((one) => [kind(one), one.indices[0], one.indices[1] - (one.listSlug?.length ?? 0)]),
  }
}

function onBluesky(text) {
  const rich = new RichText({ text })
  rich.detectFacetsWithoutResolution()
  const kind = (feature) =>
    AppBskyRichtextFacet.isLink(feature) ? 'link' : AppBskyRichtextFacet.isTag(feature) ? 'tag' : 'mention'
  return {
    graphemes: rich.graphemeLength,
    bytes: rich.length,
    entities: (rich.facets ?? []).map(({ features: [one], index }) => [
      kind(one),
      index.byteStart,
      index.byteEnd,
      one.uri ?? one.tag ?? one.did,
    ]),
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { text } = JSON.parse(line)
  const answer = text === undefined ? endings : { x: onX(text), bluesky: onBluesky(text) }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
