import type { Difference } from "./difference";
import { sectionsOf, type Section } from "./sections";

/** For a terminal and for `pulumi preview`. */
export function diffText(difference: Difference): string {
  const sections = plainSections(difference);
  const width = Math.max(...sections.map(({ title }) => title.length));
  const parts = sections.map(({ title, answer, lines }) =>
    [`${title.padEnd(width)}  ${answer}`, ...lines.map((line) => `${" ".repeat(width + 4)}${line}`)].join(
      "\n",
    ),
  );
  return `${titleOf(difference)}\n\n${parts.join("\n")}\n`;
}

/** For a pull request. */
export function diffMarkdown(difference: Difference): string {
  const parts = plainSections(difference).map(({ title, answer, lines }) => {
    const details = lines.length === 0 ? "" : `\n\n\`\`\`\n${lines.map(fenced).join("\n")}\n\`\`\``;
    return `**${title}**: ${escape(answer)}${details}`;
  });
  return `### ${escape(titleOf(difference))}\n\n${parts.join("\n\n")}\n`;
}

function titleOf({ service, environment, target, at }: Difference): string {
  return `${service}: promotion to ${environment}${target === null ? "" : `/${target}`}, as of ${at}`;
}

/** Commit subjects, settings and reasons are what somebody liked to write: no line of theirs may look like one of ours. */
function plainSections(difference: Difference): Section[] {
  return sectionsOf(difference).map(({ title, answer, lines }) => ({
    title,
    answer: plain(answer),
    lines: lines.map(plain),
  }));
}

/** Signs that move the cursor, colour the text or turn its direction. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "?");
}

function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!]/g, (sign) => `\\${sign}`).replace(/@(?=\w)/g, "@\u200b");
}

/** A line of ticks would end the block. */
function fenced(line: string): string {
  return line.replaceAll("```", "'''");
}
