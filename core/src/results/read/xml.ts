import { SaxesParser } from "saxes";
import { quote } from "../../image";
import { refusal, ResultsError } from "../error";
import { LIMITS } from "./limits";

export interface Element {
  readonly name: string;
  /** Has no prototype, so that a name is an attribute or nothing. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface XmlReader {
  readonly open: (element: Element) => void;
  readonly close: () => void;
}

/** One well-formed document in UTF-8. A DTD is refused whatever stands in it: entities can load files and grow without end. */
export function readXml(about: string, text: string, reader: XmlReader): void {
  let depth = 0;
  const parser = new SaxesParser();
  parser.on("error", (cause) => {
    throw refusal("unreadable", about, "one whole XML document", quote(cause.message), cause);
  });
  parser.on("xmldecl", ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== "utf-8")
      throw refusal("unreadable", about, "XML in UTF-8", quote(encoding));
  });
  parser.on("doctype", () => {
    throw refusal("unreadable", about, "XML without a DTD", "a DTD");
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (++depth > LIMITS.depth)
      throw refusal("too-large", about, `at most ${LIMITS.depth} elements inside one another`, "more");
    reader.open({ name, attributes });
  });
  parser.on("closetag", () => {
    depth--;
    reader.close();
  });
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof ResultsError) throw error;
    throw refusal("unreadable", about, "one whole XML document", quote(String(error)), error);
  }
}
