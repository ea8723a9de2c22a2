// English: the words of the field in which a person is found by name. Stands beside it; refuses to know its logic.
export const people = {
  findPerson: "Name of the person",
  people: "People",
  noResult: "Nobody found.",
  results: (count: number) => `${count} found`,
};
