// English: why a message that something refers to is not shown. Stands beside that line; refuses to know its logic.
export const reach = {
  far: "The message that this is about is further back than was looked. It is not shown.",
  gone: "The message that this is about is not here, or you may not see it.",
  failed: "The message that this is about could not be loaded.",
  further: "Look further back",
};
