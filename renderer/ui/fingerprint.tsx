/** A fingerprint in groups that people can compare: 16 of four digits. */
export function Fingerprint({ value }: { readonly value: string }) {
  return (
    <code className="fingerprint" data-testid="fingerprint">
      {groupsOf(value).map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the groups of one fingerprint never change places, and two may be equal.
        <span key={index}>{group}</span>
      ))}
    </code>
  )
}

function groupsOf(fingerprint: string): readonly string[] {
  return fingerprint.replace(/^sha256:/, '').match(/.{1,4}/g) ?? []
}
