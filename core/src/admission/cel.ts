import { LONGEST_REFERENCE, NEVER, type ReferencePattern } from "./references";

/** A text as a CEL literal; JSON's escapes are CEL's too. */
export const literal = (text: string): string => JSON.stringify(text);

export const list = (texts: readonly string[]): string => `[${texts.map(literal).join(", ")}]`;

/** The pod spec in an object of one of Kubernetes' own kinds. */
export function podSpec(root: string): string {
  return (
    `(dyn(${root}).kind == 'Pod' ? dyn(${root}).?spec : ` +
    `dyn(${root}).kind == 'PodTemplate' ? dyn(${root}).?template.?spec : ` +
    `dyn(${root}).kind == 'CronJob' ? dyn(${root}).?spec.?jobTemplate.?spec.?template.?spec : ` +
    `dyn(${root}).?spec.?template.?spec).orValue({})`
  );
}

/** Every image that a pod spec makes the node fetch. An image volume without a reference is not set yet (KEP-4639). */
export function imagesIn(spec: string): string {
  const lists = ["containers", "initContainers", "ephemeralContainers"];
  return (
    `(${lists.map((name) => `${spec}.?${name}.orValue([])`).join(" + ")}).map(c, c.?image.orValue(''))` +
    ` + ${spec}.?volumes.orValue([]).filter(v, v.?image.?reference.orValue('') != '').map(v, v.image.reference)`
  );
}

export function matchExpression(image: string, { named, short }: ReferencePattern): string {
  return matchBy(image, { named: literal(named), short: short === undefined ? undefined : literal(short) });
}

/** The patterns as CEL expressions: a long one that is asked for many times is better a variable. */
export function matchBy(image: string, { named, short }: ReferencePattern): string {
  const anywhere = `${image}.matches(${named})`;
  const onHub = short && `(${image}.matches(${short}) && !${image}.matches(${literal(NEVER)}))`;
  return `(${image}.size() <= ${LONGEST_REFERENCE} && ${onHub ? `(${anywhere} || ${onHub})` : anywhere})`;
}

/** `repository@digest`: where there is a digest, the tag beside it says nothing. */
export function withoutTag(image: string): string {
  const name = `${image}.split('@')[0]`;
  const digest = `${image}.split('@')[1]`;
  return (
    `(${name}.lastIndexOf(':') > ${name}.lastIndexOf('/')` +
    ` ? ${name}.substring(0, ${name}.lastIndexOf(':')) + '@' + ${digest} : ${image})`
  );
}

/** A list as a person reads it, short whatever it holds. */
export function shown(images: string): string {
  const short = (index: number) =>
    `(${images}[${index}].size() > 200 ? ${images}[${index}].substring(0, 200) + '…' : ${images}[${index}])`;
  return (
    `(${images}.size() == 0 ? '' : ${short(0)} + (${images}.size() > 1 ? ', ' + ${short(1)} : '')` +
    ` + (${images}.size() > 2 ? ' and ' + string(${images}.size() - 2) + ' more' : ''))`
  );
}

export interface Validation {
  readonly expression: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason: "Forbidden";
}

/** Passes where the list is empty; else the list stands in the message. */
export function noneOf(variable: string, expected: string, next: string): Validation {
  return {
    expression: `variables.${variable}.size() == 0`,
    message: `expected ${expected}, found another. ${next}`,
    messageExpression: `${literal(`expected ${expected}, found `)} + ${shown(`variables.${variable}`)} + ${literal(`. ${next}`)}`,
    reason: "Forbidden",
  };
}
