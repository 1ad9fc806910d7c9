const kettle = {
  name: "blue kettle",
  weight: 12,
  colour: "blue",
};

function describe(thing) {
  switch (thing.colour) {
    case "blue":
      return "like the sea";
    case "green":
      return "like the hill";
    default:
      return "like nothing";
  }
}

export default {
  name: "shelf",
  data: () => ({
    weight: 3,
    colour: "green",
  }),
};
